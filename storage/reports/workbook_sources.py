"""The two sheets every figure leads to: 来源明细, a block of rows per figure, and 来源, the archived files."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from storage.database.tables import raw_file
from storage.reports.grounds import Ground, runs_of
from storage.reports.table import Figure, Table
from storage.reports.workbook_style import HEADER_ROW, Pen, Sheet, set_up

SOURCES, DETAIL = "来源", "来源明细"
HEAD_ROWS = 3  # title, words, blank
BLOCK_ROWS = 4  # block title, header, sum, blank
STATES = {"parked": "待放行", "read": "已入账", "refused": "读不了"}


class Layout:
    """Where each block of each table will stand in 来源明细, known before anything is written.

    `titles` and `detail`: what the sheets are called in the workbook's language.
    """

    def __init__(self, tables: Mapping[str, Table], titles: Mapping[str, str], detail: str) -> None:
        self.tables = tables
        self.titles = titles
        self.detail = detail
        self.source_rows = 0
        self._rows: dict[tuple[str, str], int] = {}
        row = HEAD_ROWS + 1
        for name, table in tables.items():
            for block_id, block in table.blocks.items():
                self._rows[name, block_id] = row
                self.source_rows += len(block.rows)
                row += len(block.rows) + BLOCK_ROWS

    def row(self, name: str, block_id: str) -> int:
        """The row of a block's title."""
        return self._rows[name, block_id]

    def link(self, figure: Figure) -> str:
        """The address of the figure's block."""
        return self.address(figure.figure_id.split(":", 1)[0], figure.block_id)

    def address(self, name: str, block_id: str) -> str:
        """The address of a block's title."""
        return f"'{self.detail}'!A{self.row(name, block_id)}"

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


def write_files(sheet: Sheet, connection: Connection, layout: Layout, pen: Pen) -> None:
    """Every archived file: what it is, whether its totals tie, how many source rows of this workbook it gave, and the
    run that brought it: for whom, from when to when, and where its log and pictures lie."""
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
        "账号",
        "运行开始",
        "运行结束",
        "证据（日志、截图、追踪）",
    )
    widths = [44, 24, 14, 20, 20, 10, 11, 10, 40, 11, 26, 26, 68, 16, 22, 22, 40]
    set_up(sheet, widths, HEADER_ROW, pen.lang)
    sheet.append([pen.text(sheet, pen.title(SOURCES), "title", lined=False)])
    sheet.append([pen.text(sheet, "归档的每一个文件；文件按内容的 sha256 存放，不会改动。", "small", lined=False)])
    sheet.append([])
    sheet.append([pen.header(sheet, title) for title in titles])
    f, used = raw_file.c, layout.files()
    query = select(f.name, f.kind, f.shop, f.period_from, f.period_to, f.rows, f.rows_ok, f.state, f.message, f.flow,
                   f.run_id, f.file_sha).order_by(f.kind, f.shop, f.period_from, f.name, f.file_sha)  # fmt: skip
    files = connection.execute(query).all()
    runs = {one.file_sha: run for one, run in runs_of(connection, (Ground(file[-1], 0) for file in files)).items()}
    last = HEADER_ROW
    for name, kind, shop, first, end, rows, ok, state, message, flow, run_id, sha in files:
        run = runs[sha]
        texts = [pen.text(sheet, value, ours=False) for value in (name, kind, shop, first, end)]
        counts = [pen.amount(sheet, count, "count") for count in (rows, ok)]
        said = [pen.text(sheet, STATES.get(state, state)), pen.text(sheet, message)]
        told = (flow, run_id, sha, run.account, run.started_at, run.ended_at, run.folder)
        where = [pen.text(sheet, value, ours=False) for value in told]
        sheet.append([*texts, *counts, *said, pen.amount(sheet, used.get(sha, 0), "count"), *where])
        last += 1
    if last > HEADER_ROW:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:Q{last}"
