"""results.jsonl of a run folder: what a bot did to each row of its worklist, one JSON object per line."""

import json
from collections.abc import Iterator

from storage.archive import Facts
from storage.documents.control import untotalled
from storage.documents.document import Document, Quarantined, RawRow
from storage.documents.file import SourceFile
from storage.documents.rows import ResultRow
from storage.errors import CellInvalid, FileError

KIND = "bot_results"
PLATFORM = ""
TITLE = "机器人结果"
VERIFIED = "described"

OUTCOMES = frozenset({"done", "found_done", "rejected", "failed", "person"})
COMMAND = "_id"  # the worklist row's own id, when the core published it


def identify(file: SourceFile) -> bool:
    """Objects with a worklist and an outcome."""
    if file.form != "text":
        return False
    first = file.begins.lstrip().partition("\n")[0]
    return first.startswith("{") and '"worklist"' in first and '"outcome"' in first


def read(file: SourceFile, facts: Facts) -> Document:
    """Every result of the run that the facts name. Raises FileError."""
    rows: list[ResultRow] = []
    raw: list[RawRow] = []
    quarantine: list[Quarantined] = []
    for row_no, line in _lines(file):
        raw.append(RawRow(row_no, {"line": line}))
        try:
            rows.append(_row(row_no, line, facts.run_id))
        except FileError as error:
            quarantine.append(Quarantined(row_no, error.code, error.message("zh"), error.who))
    days = sorted(row.at[:10] for row in rows if row.at)
    period = (days[0], days[-1]) if days else ("", "")
    return Document(KIND, PLATFORM, rows, raw, untotalled(len(raw)), quarantine, period)


def _lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    for row_no, line in enumerate(file.text.split("\n"), 1):
        if line.strip():
            yield row_no, line.strip()


def _row(row_no: int, line: str, run_id: str) -> ResultRow:
    found = _object(line)
    outcome = str(found.get("outcome", ""))
    if outcome not in OUTCOMES:
        raise CellInvalid("outcome", outcome, f"应为 {'、'.join(sorted(OUTCOMES))} 之一")
    data = found.get("data")
    fields = data if isinstance(data, dict) else {}
    command_id = str(fields.get(COMMAND) or found.get("key") or "")
    if not command_id:
        raise CellInvalid("key", "", "结果没有写是哪一行的")
    return ResultRow(
        row_no=row_no,
        run_id=run_id,
        command_id=command_id,
        worklist=str(found.get("worklist") or ""),
        shop=str(found.get("shop") or fields.get("店铺") or ""),
        outcome=outcome,
        reason=str(found.get("reason") or ""),
        at=str(found.get("at") or ""),
        data=json.dumps(fields, ensure_ascii=False, sort_keys=True),
    )


def _object(line: str) -> dict[str, object]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise CellInvalid("line", line[:60], "不是 JSON") from error
    if not isinstance(found, dict):
        raise CellInvalid("line", line[:60], "应为一个 JSON 对象")
    return found
