"""play: one run of one flow on one account's session, from its inputs to its folder.

Sequence: inputs read → journal knows the run → rows or steps played → `finally` → outputs → sheet back, manifest, page
→ journal knows the end. Where nothing waits for the answer to the last click, of the run or of a row, the page is let
come to rest, so that a run that is done has asked for all it says. A second call with the same run id resumes: what is
finished is not done again.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from bots.beside import file_beside
from bots.browser.driver import Session
from bots.conditions import answered
from bots.context import Context, Facts, StopRun
from bots.engine.attempts import Attempts
from bots.engine.diary import Diary
from bots.engine.effects import Effects, Shown
from bots.engine.logbook import logbook
from bots.engine.outcome import RunResult
from bots.engine.paper import write_paper
from bots.engine.rows import RowLoop
from bots.engine.stepping import LoadFlow, StepPlayer
from bots.error_words import Said
from bots.errors import BotError, DiskFull, InputInvalid, SiteError, TooManyFailures
from bots.evidence import picture
from bots.facts import AccountFacts, Progress, Report, unheard
from bots.flow.flow import Flow
from bots.flow.functions import as_text
from bots.flow.language import Lang
from bots.flow.problem import Refused
from bots.flow.site import Site
from bots.folder import RunFolder
from bots.healing.memory import ElementMemory
from bots.journal import Journal, MemoryJournal
from bots.lookup import Lookup
from bots.masking import Mask, Secrets, learn_state
from bots.people import Inbox
from bots.runpage import OUTCOMES, StepLine
from bots.scope import Scope, base_names, engine_functions
from bots.sheets import Row, read_rows

FLOW_RETRIES = 2
"""How often a flow without rows starts again from a known page after a failure of the site."""
LAST_LOOK_S = 5.0
"""How long a run that is being ended may still take for its evidence."""


async def play(
    flow: Flow,
    site: Site,
    *,
    inputs: Mapping[str, object],
    account: AccountFacts,
    secrets: Callable[[str], str],
    rows: list[Row] | None,
    journal: Journal,
    job_key: str,
    run_id: str,
    folder: Path,
    session: Session,
    today: date,
    clock: Callable[[], datetime],
    inbox: Inbox,
    dry_run: bool = False,
    progress: Report = unheard,
    lang: str = "zh",
    load_flow: LoadFlow | None = None,
    memory: ElementMemory | None = None,
) -> RunResult:
    """The flow has been played to an end that the result names; errors of the run are in it, not raised.

    `inputs` are raw texts or values by name; `rows` the worklist's rows (None: read from the sheet that the flow
    names); `secrets` looks a secret of the account up by name. `session` stays open. `memory` is by what the site's
    elements are known, and learns from a run that passes. Raises only what is nobody's to
    act on, that is a defect, and cancellation; the journal then shows the run as begun.
    """
    mask = Mask()
    run_folder = RunFolder(folder)
    with logbook(run_folder.log, run_id, mask, clock) as log:
        facts = Facts(
            flow, site, account, run_id, job_key, today, clock, lang, dry_run, run_folder,
            MemoryJournal() if dry_run else journal, inbox, _masked(progress, mask), mask, log,
            memory or ElementMemory(),
        )  # fmt: skip
        run = _Run(facts, session, Secrets(secrets, mask), load_flow)
        try:
            return await run.play(inputs, rows)
        finally:
            facts.memory.end()


class _Run:
    """One call of `play`."""

    def __init__(self, facts: Facts, session: Session, secrets: Secrets, load_flow: LoadFlow | None) -> None:
        self._facts = facts
        self._session = session
        self._secrets = secrets
        self._load_flow = load_flow or load_beside
        self._started_at = facts.clock()
        self._inputs: dict[str, str] = {}
        self._rows: list[Row] = []
        self._ctx: Context | None = None
        self._loop: RowLoop | None = None
        self._steps: list[StepLine] = []

    async def play(self, inputs: Mapping[str, object], rows: list[Row] | None) -> RunResult:
        facts = self._facts
        result = RunResult("done", "", facts.folder.path)
        facts.report(Progress("run", facts.flow.title))
        try:
            values = self._read_inputs(inputs)
            facts.journal.start_run(facts.run_id, self._run_facts())
            facts.log.info("开始：{}", facts.flow.title)
            ctx = self._ctx = await self._context(values)
            diary = Diary(ctx)
            effects = Effects(ctx, diary)
            ctx.player = StepPlayer(ctx, diary, effects, self._load_flow)
            result.failures, result.healed, self._steps = diary.failures, ctx.healed, diary.steps
            try:
                await self._body(ctx, diary, effects, rows)
            finally:
                await ctx.lists.close()
                await self._finally(ctx, diary)
            made = {name: ctx.expand(value) for name, value in facts.flow.outputs.items()}
            result.outputs = {name: facts.mask.hide_all(value) for name, value in made.items()}
        except asyncio.CancelledError as ended:
            await self._last_look(result, str(ended))
            raise
        except StopRun as stop:
            result.state, result.message = ("stopped" if facts.flow.items else "done"), facts.mask.hide(str(stop))
        except Shown as shown:
            result.message = shown.message(facts.lang)
        except BotError as error:
            self._say(result, error)
        except Exception as error:  # a defect, or the journal says that the run is another's now
            await self._last_look(result, _words(error, facts.lang))
            raise
        return self._close(result)

    async def _last_look(self, result: RunResult, why: str) -> None:
        """Somebody ends the run: the page as it stood and what was done so far stay as evidence; the journal shows the
        run as begun, for whoever takes it up."""
        facts = self._facts
        pictures = []
        try:
            async with asyncio.timeout(LAST_LOOK_S):
                pictures = [
                    await picture(page, facts.folder, facts.mask, "stopped") for page in self._session.pages[-1:]
                ]
        except (BotError, TimeoutError) as error:
            facts.log.warning("停下时没能拍下页面：{}", error)
        result.state, result.message = "stopped", facts.mask.hide(_stopped(why, facts.lang))
        facts.log.warning("{} {}", result.message, "".join(pictures))
        write_paper(facts, result, self._started_at, self._inputs, self._rows, self._ctx, self._steps)

    def _say(self, result: RunResult, error: BotError) -> None:
        stopped = isinstance(error, TooManyFailures)
        result.state = "person" if error.who == "person" else "stopped" if stopped else "failed"
        english = self._facts.lang == "en"
        row = (f"row {error.item}" if english else f"{error.item} 这一行") if error.item else ""
        where = (", " if english else "，").join(filter(None, (error.where, row)))
        around = (f" ({where})" if english else f"（{where}）") if where else ""
        result.message = self._facts.mask.hide(error.message(self._facts.lang) + around)
        result.code, result.who = error.code, error.who
        result.hint = self._facts.mask.hide(error.hint(self._facts.lang))
        self._facts.log.error("{}", result.message)

    def _read_inputs(self, inputs: Mapping[str, object]) -> dict[str, object]:
        flow = self._facts.flow
        try:
            values = flow.read_inputs(inputs, self._facts.today)
        except Refused as refused:
            raise InputInvalid(
                refused.subject or refused.found or "输入", refused.found, Said(refused.zh, refused.en)
            ) from refused
        for name, value in values.items():
            if flow.inputs[name].type == "secret":
                self._facts.mask.learn(str(value))
        self._inputs = {name: self._facts.mask.hide(as_text(value)) for name, value in values.items()}
        return values

    def _run_facts(self) -> dict[str, str]:
        facts = self._facts
        return {
            "job_key": facts.job_key,
            "flow": facts.flow.path,
            "title": facts.flow.title,
            "site": facts.site.name,
            "account": facts.account.name,
            "shop": facts.account.shop,
            "folder": str(facts.folder.path),
        }

    async def _context(self, values: Mapping[str, object]) -> Context:
        facts = self._facts
        base = {**base_names(facts.account, self._secrets, facts.today), **values}
        scope = Scope(base, engine_functions(self._secrets, facts.mask, facts.clock))
        page = await self._session.new_page()
        learn_state(facts.mask, self._session.began_with or b"")
        return Context(facts, self._session, page, scope, Lookup(facts.site, scope.text))

    async def _body(self, ctx: Context, diary: Diary, effects: Effects, rows: list[Row] | None) -> None:
        flow = self._facts.flow
        if flow.items is not None:
            self._rows = rows if rows is not None else self._sheet_rows(ctx)
            self._loop = RowLoop(ctx, diary, effects, flow.items)
            await self._loop.run(self._rows)
            return

        async def work(_fresh: bool) -> None:
            await ctx.player.steps((*flow.before, *flow.steps))
            await answered(ctx)

        await Attempts(ctx, diary, effects).until_done(work, FLOW_RETRIES)

    def _sheet_rows(self, ctx: Context) -> list[Row]:
        items = self._facts.flow.items
        if items is None or items.from_ is None:
            none = Said("流程要逐行处理一张清单，运行时没有给", "the flow works through a sheet, and none was given")
            raise InputInvalid("rows", "", none)
        return read_rows(Path(ctx.text(items.from_)))

    async def _finally(self, ctx: Context, diary: Diary) -> None:
        """The flow's last steps; their failure is kept, it does not hide what went before."""
        if not self._facts.flow.finally_:
            return
        try:
            await ctx.player.steps(self._facts.flow.finally_)
            await answered(ctx)
        except SiteError as error:
            await diary.fail(error, "最后的步骤没有做成")

    def _learn(self) -> None:
        """What the run has found is remembered; a disk that refuses costs the memory, not the run's own record."""
        try:
            self._facts.memory.keep(self._facts.today)
        except (OSError, DiskFull) as error:
            self._facts.log.warning("没能记下元素的样子：{}", error)

    def _close(self, result: RunResult) -> RunResult:
        facts = self._facts
        result.files = facts.journal.files(facts.run_id)
        if self._loop is not None:
            result.results = [self._loop.results[number] for number in sorted(self._loop.results)]
        if result.state == "done" and result.results:
            result.state, result.message = _summary(result.counts, result.message, self._facts.lang)
        elif result.state == "done" and self._loop is not None and facts.flow.items and facts.flow.items.from_:
            result.message = "the sheet has no rows" if facts.lang == "en" else "表里一行也没有"
        if result.passed and not facts.dry_run:
            self._learn()
        write_paper(facts, result, self._started_at, self._inputs, self._rows, self._ctx, self._steps)
        facts.journal.end_run(facts.run_id, result.state, result.message)
        facts.log.info("结束：{} {}", result.state, result.message)
        facts.report(Progress("ended", result.message or result.state))
        return result


def _lang(name: str) -> Lang:
    return "en" if name == "en" else "zh"


def _words(error: Exception, lang: str) -> str:
    """What it says of itself, in its own words where it has some for people."""
    message = getattr(error, "message", None)
    return str(message(lang)) if callable(message) else f"{type(error).__name__}: {error}"


def _masked(report: Report, mask: Mask) -> Report:
    """The same report, which hears no secret: what it hears stands on the terminal and in the console."""
    return lambda progress: report(replace(progress, text=mask.hide(progress.text), item=mask.hide(progress.item)))


def _stopped(why: str, lang: str) -> str:
    if lang == "en":
        return f"the run was stopped: {why}" if why else "the run was stopped"
    return f"运行被停下：{why}" if why else "运行被停下"


def _summary(counts: Mapping[str, int], message: str, lang: str) -> tuple[str, str]:
    english = lang == "en"
    told = [(words[english], counts[outcome]) for outcome, words in OUTCOMES.items() if outcome in counts]
    said = (
        ", ".join(f"{n} row{'s' * (n != 1)} {name}" for name, n in told)
        if english
        else "，".join(f"{name} {n} 行" for name, n in told)
    )
    state = "done"
    for outcome, meaning in (("rejected", "rejected_some"), ("person", "person"), ("failed", "failed")):
        if counts.get(outcome):
            state = meaning
    return state, ("; " if english else "；").join(part for part in (message, said) if part)


def load_beside(name: str, asked_from: str) -> Flow:
    """The flow in the file `name`, relative to the file that asks for it. Raises FlowInvalid, FileMissing."""
    from bots.errors import FileMissing, FlowInvalid
    from bots.flow.encoding import not_utf8
    from bots.flow.parse import parse
    from bots.steps import STEPS

    file = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    path = file_beside(asked_from, file) or Path(asked_from).parent / file
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileMissing(str(path), str(error)) from error
    except UnicodeDecodeError as error:
        raise FlowInvalid(path.as_posix(), [not_utf8(path.read_bytes(), path.as_posix())[1].zh]) from error
    parsed = parse(text, path.as_posix(), STEPS)
    if parsed.flow is None:
        raise FlowInvalid(path.as_posix(), [problem.zh for problem in parsed.problems])
    return parsed.flow
