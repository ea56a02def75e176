"""`yeban recon`: finance's day with the differences: the board, the list, one item, a decision, a month's end."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

import typer

from schedules.cli.screen import listed, say, tell

if TYPE_CHECKING:
    from datetime import date, datetime

    from schedules.desk import Desk
    from storage.erp.reconciliation.worklist import Wanted

app = typer.Typer(
    help="对账：看板、差异清单、定差异、撤销、关账、批准付款。\n\n"
    "Reconciliation: board, differences, decisions, closing months, authorising payments.\n\n"
    "例 / examples: `yeban recon board` · `yeban recon list --age 8-15` · `yeban recon show 3fa9c1d2`",
    no_args_is_help=True,
)

ROWS = 50
TABLES = frozenset({"payable", "recon_item", "recon_group", "recon_candidate", "recon_decision", "recon_month"})
"""What a person's decision changes row by row; the filings of a closed month are as many as its items."""

Kind = Literal["match", "link", "accept", "ignore", "write_off"]
Json = Annotated[bool, typer.Option("--json", help="给机器看 / for machines")]
Xlsx = Annotated[Path | None, typer.Option(help="写成工作簿 / write a workbook", dir_okay=False)]
Day = Annotated[str, typer.Option(help="账龄算到哪天（默认最近一夜的前一天） / ages up to this day, YYYY-MM-DD")]
Who = Annotated[str, typer.Option(help="谁定的（必须写） / who decides (required)", prompt="谁定的 / who decides")]
Why = Annotated[str, typer.Option(help="为什么（必须写） / why (required)", prompt="为什么 / why")]
Number = Annotated[str, typer.Argument(help="编号，见 yeban recon list / number in yeban recon list")]


@app.command("board")
def recon_board(day: Day = "", json_: Json = False, xlsx: Xlsx = None) -> None:
    """对账看板：平台 × 结论 × 账龄，每格有几项、多少钱；最后一行是不用人管的比例。

    The board: platform by outcome by age, items and amounts, and the share that needed nobody.

    例 / examples: `yeban recon board` · `yeban recon board --xlsx 看板.xlsx`
    """
    from schedules.cli.recon_view import board_json, show_board
    from schedules.desk import open_desk
    from storage.erp.reconciliation.board import automatic_rate, board

    with open_desk() as desk, desk.database.read() as connection:
        cells, rate = board(connection, _as_of(desk, day)), automatic_rate(connection)
    ordered = sorted(cells.items())
    if xlsx:
        from storage.erp.reconciliation.sheets import board_book

        _written(xlsx, board_book(ordered), len(ordered))
    elif json_:
        typer.echo(board_json(ordered, rate))
    else:
        show_board(cells, rate)


@app.command("list")
def recon_list(
    platform: Annotated[str, typer.Option(help="只看这个平台 / only this platform")] = "",
    shop: Annotated[str, typer.Option(help="只看这个店 / only this shop")] = "",
    outcome: Annotated[list[int] | None, typer.Option(help="只看这个结论（1–15） / only this outcome")] = None,
    age: Annotated[str, typer.Option(help="只看这一档账龄，如 8-15、30+ / only this age")] = "",
    order: Annotated[str, typer.Option(help="只看这个订单 / only this order")] = "",
    decided: Annotated[bool, typer.Option("--decided", help="看人定过的 / those that people decided")] = False,
    rows: Annotated[int, typer.Option(help="最多几项 / items at most", min=1, max=1_000_000)] = ROWS,
    day: Day = "",
    json_: Json = False,
    xlsx: Xlsx = None,
) -> None:
    """差异清单：哪里对不上、差多少、为什么，最早的在前；每项有编号。

    不写 --outcome 时列出全部要人处理的。工作簿有两页：逐行，和按同类原因归并。

    The list of differences, oldest first, each with its number and its reason in words. A workbook has two sheets: the
    rows, and the causes that many rows share.

    例 / examples: `yeban recon list` · `yeban recon list --platform 淘宝 --age 8-15` ·
    `yeban recon list --outcome 11` · `yeban recon list --rows 100000 --xlsx 差异.xlsx`
    """
    from schedules.cli.recon_view import list_json, show_list
    from schedules.desk import open_desk
    from storage.erp.reconciliation.worklist import Wanted, listed

    wanted = Wanted(platform, shop, tuple(outcome or ()), _age(age), order, decided)
    _outcomes_known(wanted)
    with open_desk() as desk, desk.database.read() as connection:
        page = listed(connection, wanted, _as_of(desk, day), rows)
    if xlsx:
        from storage.erp.reconciliation.sheets import worklist_book

        _written(xlsx, worklist_book(page.items), len(page.items))
    elif json_:
        typer.echo(list_json(page))
    else:
        show_list(page)


@app.command("show")
def recon_show(number: Number, day: Day = "", json_: Json = False) -> None:
    """一项的全部证据：原因、同组的行、订单、退款、账单行、可能是谁、人定过什么。

    One item with its evidence side by side: reason, group, order, refunds, lines, candidates, decisions.

    例 / example: `yeban recon show 3fa9c1d2`
    """
    from schedules.cli.recon_view import dossier_json, show_dossier
    from schedules.desk import open_desk
    from storage.erp.reconciliation.worklist import dossier, find

    with open_desk() as desk, desk.database.read() as connection:
        found = dossier(connection, find(connection, number), _as_of(desk, day))
    if json_:
        typer.echo(dossier_json(found))
    else:
        show_dossier(found)


@app.command("decide")
def recon_decide(
    number: Number,
    choice: Annotated[
        str,
        typer.Argument(
            help="match 和 --with 是一笔；link 归到 --order；accept 按实扣；ignore 不核对；write_off 核销差额 / "
            "match with others, link to an order, accept as charged, ignore, or write off"
        ),
    ],
    who: Who,
    why: Why,
    with_: Annotated[list[str] | None, typer.Option("--with", help="同一笔的另一项的编号 / the other's number")] = None,
    order: Annotated[str, typer.Option(help="归到哪个订单 / to which order")] = "",
) -> None:
    """定一项差异；记下谁、为什么，以后对账不会改它，随时可以撤销。

    Decides an item. Who and why are kept; no later run changes it; `unmatch` takes it back.

    例 / examples: `yeban recon decide 3fa9c1d2 match --with 77b0e2aa --who 王芳 --why 银行合并入账` ·
    `yeban recon decide 3fa9c1d2 link --order 3100000000001 --who 王芳 --why 备注里有单号` ·
    `yeban recon decide 3fa9c1d2 write_off --who 王芳 --why 尾差`
    """
    from schedules.books import contracts_of
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.reconciliation.decisions import Choice, decide
    from storage.erp.reconciliation.worklist import find

    kind = _choice(choice, with_ or [], order)
    with open_desk() as desk, recording(desk.database, who, why, TABLES) as connection:
        item, *others = (find(connection, one) for one in (number, *(with_ or [])))
        said = Choice(kind, tuple(others), order)
        serial = decide(connection, item, said, who, why, _now(), contracts=contracts_of(desk))
    tell(
        f"记下了，第 {serial} 号决定。撤销：yeban recon unmatch {serial}",
        f"noted as decision {serial}; to take it back: yeban recon unmatch {serial}",
        "green",
    )


@app.command("unmatch")
def recon_unmatch(
    serial: Annotated[int, typer.Argument(help="几号决定，见 yeban recon show / number of the decision")],
    who: Who,
    why: Why,
) -> None:
    """撤销一个决定：各行回到决定之前的样子，一字不差；已关账的撤不了。

    Takes a decision back: its rows are just what they were before. Not when their month is closed.

    例 / example: `yeban recon unmatch 12 --who 王芳 --why 归错了订单`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.reconciliation.decisions import unmatch

    with open_desk() as desk, recording(desk.database, who, why, TABLES) as connection:
        unmatch(connection, serial, who, why)
    tell(f"第 {serial} 号决定撤销了。", f"decision {serial} is taken back.", "green")


@app.command("close-month")
def recon_close_month(
    month: Annotated[str, typer.Argument(help="哪个月 / which month, YYYY-MM")],
    who: Who,
    why: Why,
    owner: Annotated[
        list[str] | None, typer.Option(help="结转的由谁跟：结论=人，如 8=小陈 / who sees to carried items")
    ] = None,
) -> None:
    """对账关账：定了的归入这个月，没定的结转下月并写明谁跟；关了就不再变，再关一次什么也不改。

    Closes a month for good: what is settled stays in it, what is open goes on to the next with an owner. Closing it
    again changes nothing.

    例 / examples: `yeban recon close-month 2026-10 --who 王芳 --why 月结` ·
    `yeban recon close-month 2026-10 --owner 8=小陈 --who 王芳 --why 月结`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.reconciliation.months import close_month
    from storage.erp.reconciliation.words import yuan

    _month(month)
    with open_desk() as desk, recording(desk.database, who, why, TABLES) as connection:
        closed = close_month(connection, month, who, _now(), _owners(owner or []))
    tell(
        f"{month} 已关账：{closed.items} 项，账单合计 {yuan(closed.total_fen)}，结转 {closed.carried} 项。",
        f"{month} is closed: {closed.items} items, {yuan(closed.total_fen)} of lines, {closed.carried} carried on.",
        "green",
    )


@app.command("months")
def recon_months(json_: Json = False, xlsx: Xlsx = None) -> None:
    """关了哪些月：各有几项、合计多少、结转几项、谁在何时关的；还有哪些月没关。

    The months that are closed, with their items, sums and who closed them, and those that are open.

    例 / examples: `yeban recon months` · `yeban recon months --json`
    """
    from schedules.cli.recon_view import months_json, show_months
    from schedules.desk import open_desk
    from storage.erp.reconciliation.months import months

    with open_desk() as desk, desk.database.read() as connection:
        found = months(connection)
    if xlsx:
        from storage.erp.reconciliation.sheets import months_book

        _written(xlsx, months_book(found), len(found))
    elif json_:
        typer.echo(months_json(found))
    else:
        show_months(found)


@app.command("owed")
def recon_owed(
    until: Annotated[str, typer.Option(help="到哪天为止到期的 / due by this day, YYYY-MM-DD")] = "",
    json_: Json = False,
) -> None:
    """欠供应商的：每张发票还欠多少、哪天到期、谁批准付了；已付的部分不算。

    What suppliers are owed: per invoice what is still open, when it is due and who authorised it.

    例 / examples: `yeban recon owed` · `yeban recon owed --until 2026-11-30`
    """
    from schedules.cli.recon_view import owed_json, show_owed
    from schedules.desk import open_desk
    from storage.erp.reconciliation.authorised import owed

    last = _day(until, "--until").isoformat() if until else "9999-12-31"
    with open_desk() as desk, desk.database.read() as connection:
        found = owed(connection, last)
    if json_:
        typer.echo(owed_json(found))
    else:
        show_owed(found)


@app.command("authorise")
def recon_authorise(
    numbers: Annotated[list[str], typer.Argument(help="编号，见 yeban recon owed / numbers of yeban recon owed")],
    who: Who,
    why: Why,
) -> None:
    """批准付这几张发票：到期日记账，以后在银行流水里核对它；付过、批过的不会重复。

    Authorises these invoices for payment: booked on their due day and looked for at the bank. Never twice.

    例 / example: `yeban recon authorise 3fa9c1d2 77b0e2aa --who 王芳 --why 十一月货款`
    """
    from schedules.desk import open_desk
    from storage.erp.audit.recording import recording
    from storage.erp.reconciliation.authorised import authorise
    from storage.erp.reconciliation.words import yuan

    with open_desk() as desk, recording(desk.database, who, why, TABLES) as connection:
        fresh = authorise(connection, numbers, who, _now().date().isoformat())
    total = yuan(sum(one.amount_fen for one in fresh))
    tell(f"批准了 {len(fresh)} 张，共 {total}。", f"{len(fresh)} authorised, {total} in all.", "green")


def _as_of(desk: "Desk", day: str) -> "date":
    """The day asked for, else the one up to which the newest night's books speak."""
    from datetime import timedelta

    from schedules.cli.books_commands import night_day

    return _day(day, "--day") if day else night_day(desk, "") - timedelta(days=1)


def _day(text: str, hint: str) -> "date":
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            say(f"日期写成 2026-11-01 这样，不是 {text}", f"write a day like 2026-11-01, not {text}"), param_hint=hint
        ) from None


def _now() -> "datetime":
    from datetime import datetime

    from schedules.settings import SHANGHAI

    return datetime.now(SHANGHAI)


def _age(text: str) -> str:
    """The board's word for an age that a person types: 8-15, 8–15 天, 30+, >30."""
    import re

    from storage.erp.reconciliation.worklist import ages

    def plain(words: str) -> str:
        beyond = ">" if "+" in words or ">" in words else ""
        return beyond + "-".join(re.findall(r"\d+", words))

    found = [words for words in ages() if plain(words) == plain(text)]
    if text and not found:
        known = listed(ages())
        raise typer.BadParameter(say(f"账龄有这几档：{known}", f"the ages are: {known}"), param_hint="--age")
    return found[0] if found else ""


def _outcomes_known(wanted: "Wanted") -> None:
    from storage.erp.reconciliation.outcomes import OUTCOMES

    if not set(wanted.outcomes) <= {int(one) for one in OUTCOMES}:
        known = "、".join(f"{int(one)} {meaning.zh}" for one, meaning in OUTCOMES.items())
        english = ", ".join(f"{int(one)} {meaning.en}" for one, meaning in OUTCOMES.items())
        raise typer.BadParameter(say(f"结论有这几种：{known}", f"the outcomes are: {english}"), param_hint="--outcome")


def _choice(text: str, others: list[str], order: str) -> Kind:
    """The choice that is meant; it is one that there is and has what it needs."""
    kind = next((one for one in get_args(Kind) if one == text.strip().replace("-", "_")), None)
    if kind is None:
        known = listed(get_args(Kind))
        raise typer.BadParameter(say(f"可以定的有：{known}", f"the choices are: {known}"), param_hint="CHOICE")
    if (kind == "match") != bool(others):
        raise typer.BadParameter(
            say("match 要写 --with 另一项的编号，别的不要", "match needs --with, the others do not"),
            param_hint="--with",
        )
    if (kind == "link") != bool(order):
        raise typer.BadParameter(
            say("link 要写 --order 订单号，别的不要", "link needs --order, no other does"), param_hint="--order"
        )
    return cast(Kind, kind)


def _month(text: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(
            say(f"月份写成 2026-10 这样，不是 {text}", f"write a month like 2026-10, not {text}"), param_hint="MONTH"
        ) from None


def _owners(texts: list[str]) -> dict[int, str]:
    from storage.erp.reconciliation.outcomes import OUTCOMES

    owners = {}
    for text in texts:
        number, _, name = text.partition("=")
        if not number.strip().isdigit() or int(number) not in {int(one) for one in OUTCOMES} or not name.strip():
            raise typer.BadParameter(
                say(f"写成 8=小陈 这样，不是 {text}", f"write OUTCOME=NAME like 8=Chen, not {text}"),
                param_hint="--owner",
            )
        owners[int(number)] = name.strip()
    return owners


def _written(path: Path, content: bytes, count: int) -> None:
    from storage.reports.export import write_file

    write_file(path, content)
    tell(f"{count} 行写好了：{path}", f"{count} rows written: {path}", "green")


def register(main: typer.Typer) -> None:
    """Put these commands on the command line."""
    main.add_typer(app, name="recon")
