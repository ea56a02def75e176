"""What became of each row of an uploaded ship sheet: the batch's detail, as the platform tells it afterwards."""

from datetime import datetime
from zoneinfo import ZoneInfo

from storage.archive import Facts
from storage.documents.control import untotalled
from storage.documents.document import Document
from storage.documents.file import SourceFile
from storage.documents.rows import BatchRow
from storage.documents.table import Record, find_table, has_columns, read_records
from storage.errors import CellInvalid

KIND = "practice_batches"
PLATFORM = "practice"
TITLE = "练习商城 批量发货明细"
VERIFIED = "described"

REQUIRED = ["批次号", "文件名", "上传时间", "子订单编号", "结果", "原因"]
OUTCOMES = {"失败": "rejected", "成功": "done"}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def identify(file: SourceFile) -> bool:
    """A batch with a sub-order and its result."""
    return has_columns(file, REQUIRED)


def read(file: SourceFile, facts: Facts) -> Document:
    """Every row of the batch, for the shop and the run that the facts name. Raises FileError."""

    def rows(record: Record) -> tuple[BatchRow]:
        row = BatchRow(
            row_no=record.no,
            run_id=facts.run_id,
            shop=facts.shop,
            sub_no=record.identity("子订单编号"),
            outcome=_outcome(record.plain("结果")),
            reason=record.plain("原因"),
            at=_with_zone(record.moment("上传时间", required=True)),
        )
        return (row,)

    reading = read_records(find_table(file, REQUIRED), rows)
    days = sorted(row.at[:10] for row in reading.rows)
    period = (days[0], days[-1]) if days else ("", "")
    control = untotalled(len(reading.raw))
    return Document(KIND, PLATFORM, reading.rows, reading.raw, control, reading.quarantine, period)


def _outcome(text: str) -> str:
    if text not in OUTCOMES:
        raise CellInvalid("结果", text, f"应为 {'、'.join(OUTCOMES)} 之一")
    return OUTCOMES[text]


def _with_zone(moment: str) -> str:
    """The platform's clock as result rows have it: ISO 8601 with its zone, to the second."""
    return datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI).isoformat(timespec="seconds")
