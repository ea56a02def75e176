"""Batch shipping: a sheet of 子订单编号, 快递公司, 运单号 is read whole, each row is tried, the outcome is kept."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import PlainTextResponse, Response

from bots.practice.site import Call, Refused, attachment
from bots.practice.world import changes

COLUMNS = ("子订单编号", "快递公司", "运单号")
DETAIL_COLUMNS = ("批次号", "文件名", "上传时间", "子订单编号", "结果", "原因")
MAX_ROWS = 5000


def upload(call: Call) -> Mapping[str, Any]:
    """Ship every row of the sheet that can be shipped; a wrong row does not stop the others."""
    name, content = str(call.ask.get("file_name") or ""), call.ask.get("content") or b""
    rows = [changes.ShipRow(*(row[column] for column in COLUMNS)) for row in read_sheet(name, content)]
    result = changes.upload_batch(call.parts.world, call.shop_id, name, rows)
    return {"batch_id": result.batch_id, "done": result.ok, "failed": result.failed}


def read_sheet(name: str, content: bytes) -> list[dict[str, str]]:
    """The rows of an xlsx or csv (UTF-8 or GB18030) sheet; raises `Refused` with what is wrong with it."""
    cells = (
        _xlsx(content) if name.lower().endswith(".xlsx") else _csv(content) if name.lower().endswith(".csv") else None
    )
    if cells is None:
        raise Refused("只支持 xlsx、csv 文件")
    if not cells:
        raise Refused("文件是空的")
    missing = [column for column in COLUMNS if column not in cells[0]]
    if missing:
        raise Refused(f"缺少列：{'、'.join(missing)}")
    places = [cells[0].index(column) for column in COLUMNS]
    rows = [dict(zip(COLUMNS, (line[p] if p < len(line) else "" for p in places), strict=True)) for line in cells[1:]]
    rows = [row for row in rows if any(row.values())]
    if not 0 < len(rows) <= MAX_ROWS:
        raise Refused(f"文件应有 1 至 {MAX_ROWS} 行数据，实际 {len(rows)} 行")
    return rows


def _xlsx(content: bytes) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        lines = book.get_sheet_by_index(0).to_python()
    except CalamineError as error:
        raise Refused("文件打不开，请检查是否为有效的 xlsx") from error
    return [["" if cell is None else str(cell).strip() for cell in line] for line in lines]


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    return [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text, newline=""))]


def detail(call: Call) -> Response:
    """What became of each row, as a CSV; `only=failed` leaves out the good ones."""
    with call.parts.world.reading() as db:
        batch = db.execute(
            "SELECT * FROM batch_upload WHERE batch_id = ? AND shop_id = ?", (call.text("batch_id"), call.shop_id)
        ).fetchone()
    if batch is None:
        return PlainTextResponse("没有这个批次", 404)
    only_failed = call.text("only") == "failed"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(DETAIL_COLUMNS)
    for row in json.loads(batch["detail"]):
        if row["result"] == "失败" or not only_failed:
            upload = (batch["batch_id"], batch["file_name"], batch["at"])
            writer.writerow((*upload, f"{row['sub_no']}\t", row["result"], row["reason"]))
    name = f"{'失败明细' if only_failed else '批次明细'}_{call.text('batch_id')}.csv"
    return attachment(name, out.getvalue().encode("utf-8-sig"))
