"""Meta Ads: the currency in the titles, a row of totals without a campaign, costs per result with many decimals."""

import re

from storage.documents import numbers
from storage.documents.layout import Layout
from storage.documents.table import Record, Table

_CURRENCIES = (
    "USD",
    "EUR",
    "GBP",
    "HKD",
    "TWD",
    "SGD",
    "MYR",
    "THB",
    "PHP",
    "VND",
    "IDR",
    "JPY",
    "KRW",
    "AUD",
    "CAD",
    "MXN",
    "BRL",
    "INR",
    "CNY",
)
_SPENT = "Amount spent|" + "|".join(f"Amount spent ({name})" for name in _CURRENCIES)
_CPM = "CPM|" + "|".join(f"CPM (cost per 1,000 impressions) ({name})" for name in _CURRENCIES)
_STATED = re.compile(r"Amount spent \(([A-Z]{3})\)")


def _is_total(record: Record) -> bool:
    return not record.plain("Campaign name")


def _currency(table: Table) -> str:
    found = _STATED.search(" ".join(table.titles))
    return found[1] if found else ""


LAYOUT = Layout(
    "meta_ads_campaign",
    platform="meta_ads",
    title="Meta 广告系列",
    verified="described",
    header="Reporting starts,Reporting ends,Campaign name,Campaign delivery,Attribution setting,Results,"
    'Result indicator,Reach,Frequency,Cost per results,Amount spent (USD),Impressions,"CPM (cost per 1,'
    '000 impressions) (USD)",Link clicks',
    key=("Reporting starts", "Reporting ends", "Campaign name"),
    needed=("Reporting starts", "Reporting ends", "Campaign name", "Impressions", _SPENT),
    tells=("Reporting starts", "Reporting ends", "Campaign name", "Impressions"),
    wholes=("Results", "Reach", "Impressions", "Link clicks"),
    days=("Reporting starts", "Reporting ends"),
    rates=("Frequency", "Cost per results", _CPM),
    money=(_SPENT,),
    money_style=numbers.POINT,
    at="Reporting starts",
    currency_of=_currency,
    drop=_is_total,
)
