"""How a file that a site sends becomes a file of the run: whole, of the right type, with what was asked for, recorded.

A broken download is tried again; its bytes are kept as evidence and never recorded as a file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from bots.browser.driver import Download
from bots.errors import DocumentUnexpected, DownloadBroken, StepMisused
from bots.facts import Progress
from bots.flow.functions import to_date
from bots.flow.part import Part
from bots.flow.problem import Refused
from bots.flow.values import Comparison, Template
from bots.folder import Record, sha256_of, stamp
from bots.received import Expectation, check_expected, check_whole

if TYPE_CHECKING:
    from bots.context import Context

MOST_TRIES = 3
DOWNLOAD_TIMEOUT_MS = 120_000
LOOK_EVERY_S = 2.0


class Expect(Part):
    """What a received document must hold: how many data rows, which columns, which days it is about."""

    short: ClassVar[str] = "rows"
    keys_zh: ClassVar[Mapping[str, str]] = {"header": "表头", "period": "日期范围", "rows": "行数"}

    rows: Comparison | None = None
    header: tuple[Template, ...] = ()
    period: Template | None = None


@dataclass(frozen=True)
class Wanted:
    """What the step asks of the file: its name here (empty: the site's own), its document kind, what it must hold."""

    name: str
    kind: str
    expected: Expectation


def wanted(ctx: "Context", name: Template | None, kind: Template | None, expect: Expect | None) -> Wanted:
    """The step's wishes with everything filled in. Raises StepMisused for a period that is no period."""
    return Wanted(ctx.text(name) if name else "", ctx.text(kind) if kind else "", _expectation(ctx, expect))


def _expectation(ctx: "Context", expect: Expect | None) -> Expectation:
    if expect is None:
        return Expectation()
    rows = expect.rows
    return Expectation(
        rows=(lambda count: rows.holds(count, ctx.scope.names)) if rows else None,
        rows_said=rows.source if rows else "",
        header=tuple(ctx.text(column) for column in expect.header),
        period=_period(ctx.text(expect.period)) if expect.period else None,
    )


def _period(text: str) -> tuple[date, date]:
    first, _, last = text.partition("~")
    try:
        return to_date(first), to_date(last or first)
    except Refused as refused:
        raise StepMisused("expect", refused.zh) from refused


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
    """The file that `click` makes the site send is recorded. Raises DownloadBroken after three broken ones."""
    for attempt in range(1, MOST_TRIES + 1):
        try:
            return keep(ctx, await _collect(ctx, click, timeout_ms), wish)
        except DownloadBroken as error:
            if attempt == MOST_TRIES:
                raise
            ctx.log.warning("第 {} 次下载不成：{}", attempt, error)
            await ctx.clear_way()
    raise AssertionError("the last try returns or raises")


async def _collect(ctx: "Context", click: Callable[[], Awaitable[None]], timeout_ms: int) -> Download:
    """The file, or the reason why none will come: instead of a file a site may show its sign-in page or a captcha.

    Raises PageTimeout when neither comes.
    """
    clicked = asyncio.Event()

    async def click_once() -> None:
        await click()
        clicked.set()

    async def keep_clear() -> None:
        await clicked.wait()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await ctx.clear_way()

    coming = asyncio.ensure_future(ctx.page.collect_download(click_once, timeout_ms=timeout_ms))
    looking = asyncio.ensure_future(keep_clear())
    try:
        await asyncio.wait({coming, looking}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            looking.result()
        return await coming
    finally:
        for task in (coming, looking):
            task.cancel()
        await asyncio.gather(coming, looking, return_exceptions=True)


def keep(ctx: "Context", download: Download, wish: Wanted) -> Record:
    """The download is a file of the run, or evidence. Raises DownloadBroken, DocumentUnexpected."""
    name = wish.name or download.suggested_name
    try:
        check_whole(download.path, download.suggested_name)
        if Path(name).suffix.lower() != Path(download.suggested_name).suffix.lower():
            check_whole(download.path, name)
        check_expected(download.path, name, wish.expected)
    except (DownloadBroken, DocumentUnexpected):
        ctx.broken.append(
            ctx.facts.folder.keep_evidence(f"broken-{len(ctx.broken) + 1}-{name}", download.path.read_bytes())
        )
        download.path.unlink(missing_ok=True)
        raise
    return record(ctx, download, name, wish)


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
        "name": wish.name,
        "step": facts.mask.hide(ctx.step.say("zh")),
        "flow": ctx.flow.path,
        "line": ctx.step.span.line,
        "received_at": stamp(facts.clock()),
    }
    facts.journal.record_file(facts.run_id, entry)
    facts.report(Progress("file", path.name, item=ctx.item_key))
    ctx.log.info("收到文件 {}（{} 字节）", path.name, entry["size"])
    return entry
