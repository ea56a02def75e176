"""Statements reach the books: every layout that says whose wallet or account it is, end to end."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.archive import Archive
from storage.database.connection import Database, open_database
from storage.database.tables import bank_line, bill_line, document_row, raw_file, recon_item
from storage.documents import alipay_fund_bill_short, douyin_fund_34
from storage.documents.kinds import KINDS
from storage.documents.layout import Layout
from storage.documents.statements import BANK_TABLE, into
from storage.erp.reconciliation.contracts import Contracts
from storage.erp.reconciliation.reading import coverage, statement_totals
from storage.erp.reconciliation.reconcile import outcome_findings, reconcile
from storage.ingest import Ingested, accept, ingest
from tests.storage.documents.formats.dress import made, truths
from tests.storage.documents.formats.dresses import DRESSES

STATEMENTS = sorted(name for name, kind in KINDS.items() if isinstance(kind, Layout) and kind.books is not None)
NO, OTHER = "2701855562034109276", "2701855562034109277"
SHORT_HEADER = alipay_fund_bill_short.LAYOUT.header
LONG_HEADER = f"{SHORT_HEADER},业务描述,业务账单来源,业务基础订单号,业务订单号"
LEAD = [
    "#支付宝账务明细查询",
    "#账号：[20886011230304570156]",
    "#起始日期：[2026年05月01日 00:00:00]   终止日期：[2026年06月01日 00:00:00]",
    "#---账务明细列表---",
]
LINES = [
    f"20260501001\t,1\t,T200P{NO}\t,裙,2026-05-02 10:00:00,a***@x,100.00, ,100.00,支付宝,交易付款,",
    f"20260501002\t,2\t,T200P{NO}\t,裙,2026-05-03 10:00:00,a, ,-20.00,80.00,支付宝,交易退款,售后退款-T200P{NO}-35001",
    f"20260501003\t,3\t,HJCOM==1==2=={NO}\t,,2026-05-03 11:00:00,b, ,-5.00,75.00,支付宝,其它,天猫佣金{{{NO}}}扣款",
    "20260501004\t,4\t,\t,,2026-05-04 11:00:00,, ,-70.00,5.00,支付宝,提现,提现到工商银行(9876)",
]
FOOT = ["#---账务明细列表结束---", "#支出合计：3笔，共-95.00元", "#收入合计：1笔，共100.00元"]


def bill(header: str, lines: list[str], tail: str = "") -> bytes:
    """A statement of 支付宝 as it is downloaded."""
    return ("\r\n".join([*LEAD, header, *(line + tail for line in lines), *FOOT]) + "\r\n").encode("gb18030")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty archive."""
    return Archive(tmp_path / "archive")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Empty books."""
    opened = open_database(tmp_path / "books.sqlite")
    yield opened
    opened.close()


def taken(database: Database, archive: Archive, content: bytes, shop: str = "shop_a", kind: str = "") -> Ingested:
    """What became of the file; nobody named its kind, unless it is named here."""
    return ingest(database, archive, content, kind=kind or None, shop=shop)


def judged(database: Database) -> int:
    """How many lines reconciliation gave their one outcome; each must have one, with its amount."""
    with database.write() as connection:
        reconcile(connection, Contracts(), date(2026, 12, 31))
        assert outcome_findings(connection) == []
        sides = select(func.count()).select_from(recon_item).where(recon_item.c.side != "books")
        return int(connection.execute(sides).scalar_one())


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_statement_is_in_the_books_of_its_wallet(kind: str, database: Database, archive: Archive) -> None:
    """Its lines are the wallet's or the account's, their sum its balance, each has its outcome; twice is once."""
    dress, layout = DRESSES[kind], KINDS[kind]
    assert isinstance(layout, Layout) and layout.books is not None
    rows = truths(dress, 8, 6)
    content = made(dress, rows)
    first = taken(database, archive, content)
    assert (first.kind, first.state, first.quarantined) == (kind, "read", 0), first.message
    assert taken(database, archive, content).created == 0
    table, wallet = into(layout)
    with database.read() as connection:
        totals = statement_totals(connection)
        left = connection.execute(select(func.count()).select_from(document_row)).scalar_one()
        said = connection.execute(select(raw_file.c.wallet)).scalar_one()
    assert (left, said) == (0, wallet), "no row is in two places"
    assert sum(totals.values()) == sum(row["_amount"] for row in rows)
    owners = {("bank", owner) for _, owner in totals} if table == BANK_TABLE else {("shop_a", wallet)}
    assert set(totals) == owners
    assert judged(database) >= len(rows)


def test_the_kinds_that_reach_the_books_are_these() -> None:
    """Which statements are whose wallet: a change of this list is a decision, not an accident."""
    told = {kind: into(KINDS[kind]) for kind in STATEMENTS}
    assert {kind: wallet for kind, (_, wallet) in told.items()} == {
        "abc_personal": "bank",
        "alipay_fund_bill_short": "alipay",
        "alipay_fund_flow_new": "alipay",
        "bocom_personal": "bank",
        "ccb_corporate": "bank",
        "ccb_personal_xls": "bank",
        "cmb_corporate": "bank",
        "cmb_personal_debit": "bank",
        "douyin_fund_34": "douyin",
        "douyin_fund_39": "douyin",
        "icbc_personal_credit": "card",
        "jd_wallet_funds": "jd",
        "kuaishou_fund": "kuaishou",
        "pdd_fund_detail": "pdd",
        "qianniu_fund_detail_month": "qianniu",
        "qianniu_fund_detail_range": "qianniu",
        "spdb_personal_xls": "bank",
        "wxpay_fund_bill": "wxpay",
        "wxstore_fund": "wxstore",
        "xhs_fund": "xhs",
        "youzan_fund": "youzan",
    }
    assert into(KINDS["alipay_fund_bill_csv"]) == ("bill_line", "alipay")
    assert into(KINDS["icbc_personal_debit"]) == ("bank_line", "bank")
    assert into(KINDS["mt940"]) == ("bank_line", "bank")
    assert into(KINDS["alipay_business_detail"]) == ("document_row", ""), "it tells of the same money as 账务明细"
    assert into(KINDS["boc_personal"]) == ("document_row", ""), "nobody has seen which sign its amounts have"
    assert into(KINDS["practice_orders"]) == ("own", "")


def test_the_short_bill_of_alipay_is_told_line_by_line(database: Database, archive: Archive) -> None:
    """Fee, order, refund and rule of each line as of the long bill, and the days and balance of the wallet."""
    done = taken(database, archive, bill(SHORT_HEADER, LINES), shop="")
    assert (done.kind, done.state, done.created) == ("alipay_fund_bill_short", "read", 4), done.message
    b = bill_line.c
    with database.read() as connection:
        lines = connection.execute(
            select(b.fee_type, b.order_no, b.refund_no, b.amount_fen, b.counterparty, b.wallet, b.platform).order_by(
                b.flow_no
            )
        ).all()
        covered = coverage(connection, date(2026, 6, 30))
        assert statement_totals(connection) == {("20886011230304570156", "alipay"): 500}
    assert [tuple(line[:4]) for line in lines] == [
        ("payment", NO, "", 10000),
        ("refund", NO, "35001", -2000),
        ("commission", NO, "", -500),
        ("withdrawal", "", "", -7000),
    ]
    assert {line[5:] for line in lines} == {("alipay", "practice")}
    assert lines[0].counterparty == "a***@x"
    days = covered.days["20886011230304570156", "alipay"]
    assert (min(days), max(days), len(days)) == ("2026-05-01", "2026-05-31", 31)
    assert covered.withdrawals["20886011230304570156", "alipay"] == days


def test_the_short_and_the_long_bill_of_the_same_days_are_one(database: Database, archive: Archive) -> None:
    """The same lines in both layouts, in either order, are in the books once."""
    short = bill(SHORT_HEADER, LINES)
    long = bill(LONG_HEADER, LINES, ",,,,")
    assert taken(database, archive, short).kind == "alipay_fund_bill_short"
    assert taken(database, archive, long).kind == "alipay_fund_bill_csv"
    with database.read() as connection:
        assert statement_totals(connection) == {("shop_a", "alipay"): 500}


@pytest.mark.parametrize("turn", [1, -1])
def test_what_one_bill_could_not_class_is_one_line_with_what_another_could(
    database: Database, archive: Archive, turn: int
) -> None:
    """Rules learn between a daily bill and the monthly one: the same number and the same money are one line."""
    known = [line for line in LINES if "天猫佣金" in line]
    assert known, "a line of which the rule is known by its remark"
    strange = [line.replace("天猫佣金", "尚无名目") for line in LINES]
    for one in [bill(SHORT_HEADER, strange), bill(SHORT_HEADER, LINES)][::turn]:
        assert taken(database, archive, one).state == "read"
    with database.read() as connection:
        assert statement_totals(connection) == {("shop_a", "alipay"): 500}
        fees = connection.execute(select(bill_line.c.fee_type)).scalars().all()
    assert len(fees) == len(LINES)
    assert "unclassified" not in fees
    assert any("commission" in fee for fee in fees)


def test_an_empty_statement_covers_its_days(database: Database, archive: Archive) -> None:
    """A month without a line is known to have none: the wallet's days are covered by the file alone."""
    empty = "\r\n".join([*LEAD, SHORT_HEADER, "#支出合计：0笔，共0.00元", "#收入合计：0笔，共0.00元"])
    assert taken(database, archive, (empty + "\r\n").encode("gb18030")).state == "read"
    with database.read() as connection:
        covered = coverage(connection, date(2026, 6, 30))
    assert covered.silent(("shop_a", "alipay"), "2026-05-01", "2026-05-31")


def test_a_settlement_of_douyin_is_a_line_per_fee(database: Database, archive: Archive) -> None:
    """One row is the payment, the subsidies together and every fee; the sum of its lines is what came."""
    said = {"动账时间": "2026-09-01 08:00:00", "动帐流水号": "'70001", "动账方向": "入账", "动账金额": "91.00",
            "动账场景": "货款结算入账", "订单号": "'4900", "子订单号": "'4901", "订单实付应结": "100.00",
            "实际平台补贴": "1.00", "实际抖音支付补贴": "1.00", "平台服务费": "-2.00", "佣金": "-9.00"}  # fmt: skip
    header = douyin_fund_34.LAYOUT.columns
    content = "\r\n".join([",".join(header), ",".join(said.get(name, "") for name in header)]) + "\r\n"
    assert taken(database, archive, content.encode("utf-8-sig")).state == "read"
    b = bill_line.c
    with database.read() as connection:
        lines = connection.execute(select(b.fee_type, b.amount_fen, b.class_rule).order_by(b.fee_type)).all()
    assert [tuple(line) for line in lines] == [
        ("affiliate", -900, "douyin.settled.talent"),
        ("commission", -200, "douyin.settled.service"),
        ("payment", 10000, "douyin.settled.paid"),
        ("subsidy", 200, "douyin.settled.subsidy+douyin.settled.pay_subsidy"),
    ]


def test_two_statements_of_one_wallet_are_not_counted_twice(database: Database, archive: Archive) -> None:
    """Trades and funds of 微信支付 tell of the same money: the second one waits, in words; a person may let it in."""
    trade = ("交易时间,商户号,微信订单号,商户订单号,交易状态,应结订单金额,退款金额,充值券退款金额,手续费\r\n"
             "`2026-09-01 08:00:00,`1900,`42000001,`77,`SUCCESS,`10.00,`0.00,`0.00,`0.06\r\n"
             "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额\r\n"
             "`1,`10.00,`0.00,`0.00,`0.06\r\n")  # fmt: skip
    dress = DRESSES["wxpay_fund_bill"]
    fund = made(dress, truths(dress, 3, 4))
    assert taken(database, archive, trade.encode()).state == "read"
    second = taken(database, archive, fund)
    assert (second.state, second.kind) == ("parked", "wxpay_fund_bill")
    assert "2026-09-01" in second.message and "wxpay_trade_bill_all" in second.message
    with database.read() as connection:
        assert statement_totals(connection) == {("shop_a", "wxpay"): 994}
    assert taken(database, archive, fund, shop="shop_b").state == "parked", "the same bytes wait once"
    assert accept(database, archive, second.file_sha, "王芳", "另一个商户号").state == "read"


def test_two_kinds_of_file_of_one_account_are_not_counted_twice(database: Database, archive: Archive) -> None:
    """A download of the bank and its MT940: the second one waits, in words; other days and other accounts go on."""
    dress = DRESSES["cmb_corporate"]
    rows = truths(dress, 5, 2)
    for row in rows:
        row |= {"账号": "755900000000001"}
    assert taken(database, archive, made(dress, rows)).state == "read"
    day = f"{rows[0]['交易日']:%y%m%d}"
    mt940 = ":20:S\r\n:25:{}\r\n:60F:C{}CNY0,00\r\n:61:{}C1,00NTRFNONREF\r\n:86:x\r\n:62F:C{}CNY1,00\r\n-"
    second = taken(database, archive, mt940.format("755900000000001", day, day, day).encode())
    assert (second.kind, second.state) == ("mt940", "parked")
    assert "755900000000001" in second.message and "cmb_corporate" in second.message
    for account, on in (("755900000000001", "200101"), ("755900000000002", day)):
        assert taken(database, archive, mt940.format(account, on, on, on).encode()).state == "read"
    assert accept(database, archive, second.file_sha, "王芳", "另一个户头").state == "read"


def test_another_currency_is_no_line_of_the_account(database: Database, archive: Archive) -> None:
    """Dollars would be counted as yuan: such a row stays a document row, the others go on."""
    dress = DRESSES["ccb_corporate"]
    rows = truths(dress, 5, 2)
    rows[1] |= {"币种": "USD"}
    assert taken(database, archive, made(dress, rows)).state == "read"
    with database.read() as connection:
        assert connection.execute(select(bank_line.c.amount_fen)).scalars().all() == [rows[0]["_amount"]]
        assert connection.execute(select(document_row.c.currency)).scalars().all() == ["USD"]


def test_dollars_of_a_card_are_no_yuan(database: Database, archive: Archive) -> None:
    """工商银行 lists every currency of a card in one file: the yuan tie to their own total, the dollars stay apart."""
    lines = [
        "明细查询文件下载", "", "卡号: 1234****9876", "",
        ",".join(["交易日期,摘要,交易场所,交易国家或地区简称,钞/汇,交易金额(收入),交易金额(支出),交易币种,记账金额(收入)",
                  "记账金额(支出),记账币种,余额,对方户名"]),
        '2026-05-02,汇入,网上,CHN,钞,-,-,-,"1,000.00",,人民币,"1,000.00",某某公司',
        "2026-05-03,汇入,网上,CHN,汇,-,-,-,70.00,,美元,70.00,ACME",
        '人民币合计,,,,,,,,"1,000.00",0.00', "美元合计,,,,,,,,70.00,0.00",
    ]  # fmt: skip
    done = taken(database, archive, "\r\n".join([*lines, ""]).encode("gb18030"), shop="")
    assert (done.kind, done.state, done.rows) == ("icbc_personal_debit", "read", 2), done.message
    dollars = [line for line in lines if "人民币" not in line]
    alone = taken(database, archive, "\r\n".join([*dollars, ""]).encode("gb18030"), shop="")
    assert (alone.state, alone.created) == ("read", 0), alone.message
    with database.read() as connection:
        assert connection.execute(select(bank_line.c.amount_fen)).scalars().all() == [100000]
        other = connection.execute(select(document_row.c.currency, document_row.c.amount_fen)).one()
    assert tuple(other) == ("美元", 7000)


def test_an_account_is_named_by_its_file(database: Database, archive: Archive) -> None:
    """A statement that was fetched for a shop is of the account that it names, one that names none is of its bank."""
    for kind in ("cmb_corporate", "ccb_corporate"):
        taken(database, archive, made(DRESSES[kind], truths(DRESSES[kind], 5, 2)), shop="")
    with database.read() as connection:
        accounts = set(connection.execute(select(bank_line.c.account)).scalars())
    assert accounts == {*(row["账号"] for row in truths(DRESSES["cmb_corporate"], 5, 2)), "ccb_corporate"}


def test_each_row_is_of_the_account_that_it_names(database: Database, archive: Archive) -> None:
    """招商银行 exports several accounts of a firm into one file: none of them gets another's money."""
    dress = DRESSES["cmb_corporate"]
    rows = truths(dress, 5, 3)
    rows[2] |= {"账号": "755900000000002"}
    assert taken(database, archive, made(dress, rows)).state == "read"
    with database.read() as connection:
        found = connection.execute(select(bank_line.c.account, bank_line.c.amount_fen)).all()
    assert sorted(map(tuple, found)) == sorted((row["账号"], row["_amount"]) for row in rows)


def test_a_summary_beside_the_bill_is_no_money(database: Database, archive: Archive) -> None:
    """A zip of the summary and the short bill brings the bill's lines only."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        titles = "类型,收入笔数,收入金额（+元）,支出笔数,支出金额（-元）,总金额（元）"
        summary = f"#支付宝账务汇总查询\r\n{titles}\r\n合计,1,100.00,3,-95.00,5.00\r\n"
        packed.writestr("a汇总.csv", summary.encode("gb18030"))
        packed.writestr("b明细.csv", bill(SHORT_HEADER, LINES))
    done = taken(database, archive, target.getvalue())
    assert (done.kind, done.created) == ("alipay_fund_bill_short", 4), done.message
