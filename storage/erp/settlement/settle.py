"""What settlement does by itself every night, in one call: a second call the same night changes nothing."""

from typing import NamedTuple

from sqlalchemy import Connection

from storage.erp.settlement import invoices, payees, price_refunds
from storage.erp.settlement.express import take_express_bills
from storage.erp.settlement.freight_vouchers import post_freight


class Settled(NamedTuple):
    """How many of each were new."""

    express_rows: int
    shares: int
    answers: int
    red_invoices: int
    freight_vouchers: int

    def words(self, lang: str = "zh") -> str:
        """One sentence."""
        if lang == "en":
            return (
                f"{self.express_rows} rows of express bills, {self.shares} shares of commission, {self.answers} answers"
                f" of bots, {self.red_invoices} red invoices drafted, {self.freight_vouchers} vouchers of freight"
            )
        return (
            f"快递账单 {self.express_rows} 行，佣金分账 {self.shares} 笔，机器人答复 {self.answers} 件，"
            f"红字发票草稿 {self.red_invoices} 张，运费凭证 {self.freight_vouchers} 张"
        )


def settle(connection: Connection, until: str) -> Settled:
    """Take in express bills, share out commissions, follow the bots' answers, draft red invoices for what was refunded
    since, and write the vouchers of freight up to the day `until`, in the caller's transaction.
    """
    return Settled(
        express_rows=take_express_bills(connection).created,
        shares=payees.share_out(connection).created,
        answers=invoices.follow(connection) + price_refunds.follow(connection),
        red_invoices=len(invoices.draft_reds(connection)),
        freight_vouchers=post_freight(connection, until),
    )
