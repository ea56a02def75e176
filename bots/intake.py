"""How a file that a site sends becomes a file of the run: whole, of the right type, with what was asked for, recorded.

A broken download is tried again; its bytes are kept as evidence and never recorded as a file.
"""

import asyncio
import csv
import hashlib
import io
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from bots.browser.driver import Download
from bots.browser.tablescripts import MESSAGES
from bots.error_words import Said
from bots.errors import (
    ConnectionLost,
    DocumentUnexpected,
    DownloadBroken,
    ExportFailed,
    PageTimeout,
    ServerFailed,
    StepMisused,
)
from bots.facts import Progress
from bots.flow.functions import to_date
from bots.flow.part import Part
from bots.flow.problem import Refused
from bots.flow.values import Comparison, Template
from bots.folder import Record, sha256_of, stamp
from bots.received import Expectation, amount_of, check_expected, check_whole
from bots.sheets import Row
from bots.unpack import unpacked

if TYPE_CHECKING:
    from bots.context import Context

MOST_TRIES = 3
DOWNLOAD_TIMEOUT_MS = 120_000
LOOK_EVERY_S = 1.0
PATIENCE = re.compile("请稍|耐心|正在|成功|已创建|wait|success", re.IGNORECASE)
"""Words of a message that asks to wait, which is no refusal."""
COMPLAINTS = (
    ".el-message--error",
    ".el-message--warning",
    ".el-notification .el-notification--error",
    ".ant-message-error",
    ".ant-message-warning",
    ".ant-notification-notice-error",
)
"""Messages that pop up when a site refuses; they are gone after three seconds, so they are looked for every second."""


class Expect(Part):
    """What a received document must hold: how many data rows, which columns, which days, which sums of columns.

    With `fresh`, bytes that were received before, on an earlier day or under another name, are refused: a site that
    still hands out yesterday's file is found out.
    """

    short: ClassVar[str] = "rows"
    keys_zh: ClassVar[Mapping[str, str]] = {
        "fresh": "新文件",
        "header": "表头",
        "period": "日期范围",
        "rows": "行数",
        "sums": "合计",
    }

    rows: Comparison | None = None
    header: tuple[Template, ...] = ()
    period: Template | None = None
    sums: dict[str, Template] = Field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True)
class Wanted:
    """What the step asks of the file: its name here (empty: the site's own), its document kind, what it must hold.

    `unpack` names the member that is wanted out of a zip ("": the file itself); `pick` is a part of the site's own name
    for the one that is meant when a click sends several.
    """

    name: str
    kind: str
    expected: Expectation
    unpack: str = ""
    pick: str = ""
    fresh: bool = False


def wanted(
    ctx: "Context",
    name: Template | None,
    kind: Template | None,
    expect: Expect | None,
    unpack: Template | None = None,
    pick: Template | None = None,
) -> Wanted:
    """The step's wishes with everything filled in. Raises StepMisused for a period that is no period."""
    said = [ctx.text(one) if one else "" for one in (name, kind, unpack, pick)]
    return Wanted(said[0], said[1], _expectation(ctx, expect), said[2], said[3], expect is not None and expect.fresh)


def _expectation(ctx: "Context", expect: Expect | None) -> Expectation:
    if expect is None:
        return Expectation()
    rows = expect.rows
    return Expectation(
        rows=(lambda count: rows.holds(count, ctx.scope.names)) if rows else None,
        rows_said=rows.source if rows else "",
        header=tuple(ctx.text(column) for column in expect.header),
        period=_period(ctx.text(expect.period)) if expect.period else None,
        sums=tuple((column, _amount(column, ctx.text(due))) for column, due in expect.sums.items()),
    )


def _amount(column: str, text: str) -> Decimal:
    amount = amount_of(text)
    if amount is None or not text.strip():
        raise StepMisused(
            "expect",
            Said(f"「{column}」的合计要写数字，现在是「{text}」", f"the sum of {column} must be a number, not {text}"),
        )
    return amount


def _period(text: str) -> tuple[date, date]:
    first, _, last = text.partition("~")
    try:
        return to_date(first), to_date(last or first)
    except Refused as refused:
        raise StepMisused("expect", Said(refused.zh, refused.en)) from refused


def known_file(ctx: "Context", wish: Wanted) -> Record | None:
    """The file that an earlier attempt of this run has already received for this step and name."""
    assert ctx.step is not None
    if not wish.name:
        return None
    for record in ctx.facts.journal.files(ctx.facts.run_id):
        same = record.get("name") == wish.name and record.get("line") == ctx.step.span.line
        if same and record.get("flow") == ctx.flow.path and (ctx.facts.folder.path / str(record["path"])).exists():
            return record
    return None


async def fetch(
    ctx: "Context", click: Callable[[], Awaitable[None]], wish: Wanted, timeout_ms: int = DOWNLOAD_TIMEOUT_MS
) -> Record:
    """The file that `click` makes the site send is recorded.

    Raises DownloadBroken after three broken ones, ExportFailed when the site sends none or says why it does not.
    """
    for attempt in range(1, MOST_TRIES + 1):
        try:
            return keep(ctx, await _collect(ctx, click, wish, timeout_ms), wish)
        except DownloadBroken as error:
            if attempt == MOST_TRIES:
                raise
            ctx.log.warning("第 {} 次下载不成：{}", attempt, error)
            await ctx.clear_way()
    raise AssertionError("the last try returns or raises")


async def _collect(ctx: "Context", click: Callable[[], Awaitable[None]], wish: Wanted, timeout_ms: int) -> Download:
    """The file, or the reason why none will come: a sign-in page, a captcha, a failed request, the site's words."""
    clicked = asyncio.Event()
    dialogs = len(ctx.page.dialogs)
    await overlook_failures(ctx)

    async def click_once() -> None:
        await click()
        clicked.set()

    async def keep_clear() -> None:
        await clicked.wait()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await ctx.clear_way()
            await ctx.check_requests()
            if words := await refusal(ctx, dialogs):
                raise ExportFailed(
                    _called(ctx, wish),
                    Said(f"网站没有给文件，它说：{words}", f"the site gave no file and says: {words}"),
                )

    coming = asyncio.ensure_future(ctx.page.collect_download(click_once, timeout_ms=timeout_ms))
    looking = asyncio.ensure_future(keep_clear())
    try:
        await asyncio.wait({coming, looking}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            looking.result()
        return _picked(await coming, _called(ctx, wish), wish.pick)
    except PageTimeout as error:
        raise ExportFailed(
            _called(ctx, wish),
            Said(f"点了以后等了 {timeout_ms // 1000} 秒，没有文件来", f"no file came within {timeout_ms // 1000} s"),
        ) from error
    finally:
        for task in (coming, looking):
            task.cancel()
        await asyncio.gather(coming, looking, return_exceptions=True)


async def overlook_failures(ctx: "Context") -> None:
    """Requests that have failed up to now do not speak against what comes from here on."""
    try:
        await ctx.check_requests()
    except ServerFailed as error:
        ctx.log.info("这之前有请求失败：{}", error)


def _called(ctx: "Context", wish: Wanted) -> str:
    assert ctx.step is not None
    return wish.name or ctx.step.say("zh")


async def refusal(ctx: "Context", dialogs: int = 0) -> str:
    """What the site says against it, in a box or a message that pops up; empty when it says nothing.

    `dialogs` is how many boxes the page had shown before.
    """
    said = ctx.page.dialogs[dialogs:]
    try:
        shown = await ctx.page.evaluate_json(MESSAGES, list(COMPLAINTS))
    except ConnectionLost:  # the page is on its way somewhere else
        shown = None
    if isinstance(shown, list):
        said = [*said, *(str(one) for one in shown)]
    return "；".join(dict.fromkeys(words for words in said if words and not PATIENCE.search(words)))


def _picked(download: Download, name: str, pick: str) -> Download:
    """The file that is meant. Raises DocumentUnexpected when a click sent several and it cannot be told which."""
    every = [download, *download.others]
    names = "、".join(sorted(one.suggested_name for one in every))
    hits = [one for one in every if pick in one.suggested_name] if pick else every
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise DocumentUnexpected(
            name,
            Said(
                f"点一次来了 {len(every)} 个文件（{names}），用 file 写明要哪一个",
                f"one click brought {len(every)} files ({names}): say by file which is wanted",
            ),
        )
    raise DocumentUnexpected(
        name, Said(f"来的文件（{names}）名字里没有「{pick}」", f"no file that came ({names}) has {pick} in its name")
    )


def keep(ctx: "Context", download: Download, wish: Wanted) -> Record:
    """The download is a file of the run, or evidence. Raises DownloadBroken, DocumentUnexpected."""
    mask = ctx.facts.mask
    download = replace(download, suggested_name=mask.hide(download.suggested_name))
    name = mask.hide(wish.name or download.suggested_name)
    try:
        if wish.unpack:
            download, name = _out_of_zip(download, wish)
        # The author's word for the type holds, and the content must bear it out; a site's own name may well lie.
        check_whole(download.path, name if Path(name).suffix else download.suggested_name)
        check_expected(download.path, name, wish.expected)
        _check_fresh(ctx, download, name, wish.fresh)
    except (DownloadBroken, DocumentUnexpected):
        ctx.broken.append(
            ctx.facts.folder.keep_evidence(
                f"broken-{len(ctx.broken) + 1}-{name}", mask.hide_bytes(download.path.read_bytes())
            )
        )
        download.path.unlink(missing_ok=True)
        raise
    return record(ctx, download, name, wish)


def _out_of_zip(download: Download, wish: Wanted) -> tuple[Download, str]:
    check_whole(download.path, "download.zip")
    own_name, path = unpacked(download.path, download.suggested_name, wish.unpack)
    return replace(download, path=path, suggested_name=own_name, size=path.stat().st_size), wish.name or own_name


def _check_fresh(ctx: "Context", download: Download, name: str, required: bool) -> None:
    """These bytes are new, or are known under this very name and from today. Raises DocumentUnexpected if required."""
    known = ctx.facts.journal.known_content(sha256_of(download.path))
    if known is None:
        return
    since = str(known.get("received_at", ""))
    same_day = since[:10] == stamp(ctx.facts.clock())[:10]
    if same_day and known.get("name") == name:
        return
    said = f"和 {since[:16].replace('T', ' ')} 收到的「{known.get('name')}」一模一样"
    if required:
        raise DocumentUnexpected(name, f"{said}：网站给的还是以前的文件")
    ctx.log.warning("「{}」{}", name, said)


def record(ctx: "Context", download: Download, name: str, wish: Wanted) -> Record:
    """The file stands in files/ and in the journal."""
    assert ctx.step is not None
    facts = ctx.facts
    known = facts.journal.files(facts.run_id)
    path = facts.folder.keep(download.path, name, (Path(str(one["path"])).name for one in known))
    entry: Record = {
        "path": path.relative_to(facts.folder.path).as_posix(),
        "sha256": sha256_of(path),
        "size": path.stat().st_size,
        "kind": wish.kind,
        "shop": facts.account.shop,
        "origin": facts.mask.hide(download.url),
        "suggested_name": download.suggested_name,
        "name": name,
        "step": facts.mask.hide(ctx.step.say("zh")),
        "flow": ctx.flow.path,
        "line": ctx.step.span.line,
        "received_at": stamp(facts.clock()),
    }
    facts.journal.record_file(facts.run_id, entry)
    facts.report(Progress("file", path.name, item=ctx.item_key))
    ctx.log.info("收到文件 {}（{} 字节）", path.name, entry["size"])
    return entry


def save_rows(ctx: "Context", records: Sequence[Row], wish: Wanted) -> Record:
    """The rows as a csv file of the run (UTF-8 with BOM, so that Excel reads it), a column per name met.

    The same rows under the same name are one file.
    """
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for one in records for name in one))
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(records)
    name = wish.name if wish.name.endswith(".csv") else f"{wish.name}.csv"
    content = text.getvalue().encode("utf-8-sig")
    this = (hashlib.sha256(content).hexdigest(), name, wish.kind)
    for known in ctx.facts.journal.files(ctx.facts.run_id):
        if (known["sha256"], known["name"], known["kind"]) == this:
            return known  # an earlier attempt has written the same rows: one file, not one more at each attempt
    draft = ctx.facts.folder.path / "scraped.csv"
    draft.write_bytes(content)
    return record(ctx, Download(name, draft, ctx.page.url, draft.stat().st_size), name, wish)
