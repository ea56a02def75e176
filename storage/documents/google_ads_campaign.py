"""Google Ads: UTF-16 with TABs or UTF-8 with commas, a preamble, `Total: …` at the end; columns by choice."""

from storage.documents import numbers
from storage.documents.layout import Layout
from storage.documents.table import Record


def _is_total(record: Record) -> bool:
    return any(str(cell).startswith("Total:") for cell in record.cells[:3])


LAYOUT = Layout(
    "google_ads_campaign",
    platform="google_ads",
    title="Google Ads 广告系列",
    verified="described",
    header="Day,Campaign,Campaign type,Impr.,Clicks,Cost,Conversions",
    key=("Day", "Campaign"),
    needed=("Day", "Campaign", "Impr.", "Clicks", "Cost"),
    ids=("Campaign ID",),
    wholes=("Impr.", "Clicks"),
    days=("Day",),
    rates=("Conversions",),
    money=("Cost",),
    money_style=numbers.POINT,
    at="Day",
    currency="Currency code",
    ends=_is_total,
)
