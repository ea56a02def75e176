"""What a run leaves on disk when it ends: results, the sheet back, the manifest, the page."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bots.context import Context, Facts
from bots.engine.outcome import RunResult
from bots.folder import Record, replace_text, stamp
from bots.runpage import OUTCOMES, RunPage, StepLine
from bots.sheets import Row, write_sheet_back


def write_paper(
    facts: Facts,
    result: RunResult,
    started_at: datetime,
    inputs: Mapping[str, str],
    rows: Sequence[Row],
    ctx: Context | None,
    steps: Sequence[StepLine] = (),
) -> None:
    """results.jsonl, sheet.xlsx, manifest.json and index.html say the same as `result`."""
    folder = facts.folder
    if facts.flow.items is not None:
        folder.write_results(result.results)
        told = _sheet_results(result.results, len(rows), facts.lang)
        write_sheet_back(folder.sheet, rows, told, facts.lang)
    evidence = sorted(path.relative_to(folder.path).as_posix() for path in folder.evidence.iterdir())
    ended_at = facts.clock()
    folder.write_manifest(
        {
            "version": 1,
            "run_id": facts.run_id,
            "job_key": facts.job_key,
            "flow": facts.flow.path,
            "site": facts.site.name,
            "account": facts.account.name,
            "shop": facts.account.shop,
            "inputs": dict(inputs),
            "started_at": stamp(started_at),
            "ended_at": stamp(ended_at),
            "state": result.state,
            "message": result.message,
            "files": result.files,
            "results": "results.jsonl" if facts.flow.items is not None else None,
            "evidence": evidence,
        }
    )
    replace_text(folder.page, _page(facts, result, started_at, ended_at, inputs, ctx, steps).html())


def _sheet_results(results: Sequence[Record], rows: int, lang: str) -> list[tuple[str, str, str]]:
    """One triple per row of the sheet; rows that the run did not come to stay empty."""
    said = [
        (OUTCOMES[outcome][lang == "en"] if outcome in OUTCOMES else outcome, str(one["reason"]), str(one["at"]))
        for one in results
        for outcome in [str(one["outcome"])]
    ]
    return said + [("", "", "")] * (rows - len(said))


def _page(
    facts: Facts,
    result: RunResult,
    started_at: datetime,
    ended_at: datetime,
    inputs: Mapping[str, str],
    ctx: Context | None,
    steps: Sequence[StepLine],
) -> RunPage:
    english = facts.lang == "en"
    shop, began, took, second = ("shop", "began", "took", "s") if english else ("店铺", "开始", "用时", "秒")
    about = {
        shop: facts.account.shop or facts.account.name,
        began: started_at.strftime("%m-%d %H:%M:%S"),
        took: f"{(ended_at - started_at).total_seconds():.1f} {second}",
        **{facts.flow.inputs[name].title or name: value for name, value in inputs.items()},
    }
    sheet, log = ("sheet with results", "log") if english else ("清单（带结果）", "日志")
    links = {sheet: "sheet.xlsx"} if facts.flow.items is not None else {}
    return RunPage(
        title=facts.flow.title,
        state=result.state,
        message=result.message,
        facts=about,
        steps=steps,
        files=result.files,
        results=result.results,
        failures=result.failures,
        notes=ctx.notes if ctx else (),
        healed=result.healed,
        links={**links, "manifest": "manifest.json", log: "log.jsonl"},
        lang=facts.lang,
    )
