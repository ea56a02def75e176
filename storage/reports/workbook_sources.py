"""The two sheets every figure leads to: 来源明细, a block of rows per figure, and 来源, the archived files."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from storage.database.tables import raw_file
from storage.reports.table import COUNTED, FIGURE, Block, Figure, SourceRow, Table
from storage.reports.workbook_style import HEADER_ROW, Pen, Sheet, set_up

SOURCES, DETAIL = "来源", "来源明细"
HEAD_ROWS = 3  # title, words, blank
BLOCK_ROWS = 4  # block title, header, sum, blank
FIRST_MEASURE = 5
STATES = {"parked": "待放行", "read": "已入账", "refused": "读不了"}


class Layout:
    """Where each block of each table will stand in 来源明细, known before anything is written."""

    def __init__(self, tables: Mapping[str, Table], titles: Mapping[str, str]) -> None:
        self.tables = tables
        self.titles = titles
        self.source_rows = 0
        self._rows: dict[tuple[str, str], int] = {}
        row = HEAD_ROWS + 1
        for name, table in tables.items():
            for block_id, block in table.blocks.items():
                self._rows[name, block_id] = row
                self.source_rows += len(block.rows)
                row += len(block.rows) + BLOCK_ROWS

    def link(self, figure: Figure) -> str:
        """The address of the figure's block."""
        return self.address(figure.figure_id.split(":", 1)[0], figure.block_id)

    def address(self, name: str, block_id: str) -> str:
        """The address of a block's title."""
        return f"'{DETAIL}'!A{self._rows[name, block_id]}"

    def link_of_id(self, figure_id: str) -> str:
        """The address of the block that a figure id names."""
        name, _, rest = figure_id.split(":", 2)
        return self.address(name, rest.rsplit(":", 1)[0])

    def files(self) -> dict[str, int]:
        """How many source rows each file gave."""
        counts: dict[str, int] = {}
        for table in self.tables.values():
            for block in table.blocks.values():
                for row in block.rows:
                    if row.file_sha:
                        counts[row.file_sha] = counts.get(row.file_sha, 0) + 1
        return counts


def write_details(sheet: Sheet, layout: Layout, names: Mapping[str, str], pen: Pen) -> None:
    """One block per figure or row of figures: title, header, rows, and the sum that is the figure."""
    set_up(sheet, [46, 15, 9, 40, 16, 16, 16, 16, 16, 16], 0)
    sheet.append([pen.text(sheet, DETAIL, "title", lined=False)])
    words = "每块列出一组数字的来源：文件、指纹（sha256 前 12 位）、行号、键、金额；末行合计即报表上的数字。"
    sheet.append([pen.text(sheet, words, "small", lined=False)])
    sheet.append([])
    for table in layout.tables.values():
        for block in table.blocks.values():
            _write_block(sheet, table, block, layout, names, pen)


def _write_block(sheet: Sheet, table: Table, block: Block, layout: Layout, names: Mapping[str, str], pen: Pen) -> None:
    back = f"'{layout.titles[table.name]}'!A1"
    figure_id = f"{table.name}:{table.period.words}:{block.block_id}:0"
    sheet.append(
        [
            pen.text(sheet, f"{table.title}：{block.title}", "section", lined=False, link=back),
            None,
            None,
            pen.text(sheet, figure_id, "small", lined=False),
        ]
    )
    titles = ("文件", "指纹", "行", "键", *(title for title, _ in block.measures))
    sheet.append([pen.text(sheet, title, "bold", "pale") for title in titles])
    for row in block.rows:
        sheet.append(_source_cells(sheet, block, row, layout, names, pen))
    totals = [pen.amount(sheet, block.total(i), unit, "bold") for i, (_, unit) in enumerate(block.measures)]
    sheet.append([pen.text(sheet, "合计", "bold"), None, None, None, *totals])
    sheet.append([])


def _source_cells(
    sheet: Sheet, block: Block, row: SourceRow, layout: Layout, names: Mapping[str, str], pen: Pen
) -> list[object]:
    parts = [
        pen.amount(sheet, part, unit) if part else None
        for part, (_, unit) in zip(row.parts, block.measures, strict=True)
    ]
    if row.row_no in (FIGURE, COUNTED):
        return [
            pen.text(sheet, "见下层数字", "link", lined=False, link=layout.link_of_id(row.key)),
            None,
            None,
            row.key,
            *parts,
        ]
    key = pen.text(sheet, row.key, lined=False) if row.key.startswith(("=", "+", "-", "@")) else row.key
    name = names.get(row.file_sha, "") or ("（不是文件）" if not row.file_sha else "")
    return [name, row.file_sha[:12], row.row_no or None, key, *parts]


def write_files(sheet: Sheet, connection: Connection, layout: Layout, pen: Pen) -> None:
    """Every archived file: what it is, whether its totals tie, and how many source rows of this workbook it gave."""
    titles = (
        "文件",
        "种类",
        "店铺",
        "期间起",
        "期间止",
        "行数",
        "已入账行",
        "状态",
        "说明",
        "用到的行",
        "来自流程",
        "运行",
        "sha256",
    )
    widths = [44, 24, 14, 20, 20, 10, 11, 10, 40, 11, 26, 26, 68]
    set_up(sheet, widths, HEADER_ROW)
    sheet.append([pen.text(sheet, SOURCES, "title", lined=False)])
    sheet.append([pen.text(sheet, "归档的每一个文件；文件按内容的 sha256 存放，不会改动。", "small", lined=False)])
    sheet.append([])
    sheet.append([pen.header(sheet, title) for title in titles])
    f, used = raw_file.c, layout.files()
    query = select(f.name, f.kind, f.shop, f.period_from, f.period_to, f.rows, f.rows_ok, f.state, f.message, f.flow,
                   f.run_id, f.file_sha).order_by(f.kind, f.shop, f.period_from, f.name, f.file_sha)  # fmt: skip
    last = HEADER_ROW
    for name, kind, shop, first, end, rows, ok, state, message, flow, run_id, sha in connection.execute(query):
        texts = [pen.text(sheet, value) for value in (name, kind, shop, first, end)]
        counts = [pen.amount(sheet, count, "count") for count in (rows, ok)]
        said = [pen.text(sheet, STATES.get(state, state)), pen.text(sheet, message)]
        where = [pen.text(sheet, value) for value in (flow, run_id, sha)]
        sheet.append([*texts, *counts, *said, pen.amount(sheet, used.get(sha, 0), "count"), *where])
        last += 1
    if last > HEADER_ROW:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:M{last}"
