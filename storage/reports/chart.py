"""A report as a picture, drawn by matplotlib with a font that has Chinese; PNG to look at, SVG to print."""

import io
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from storage.english import say
from storage.errors import DecisionError, StoreError
from storage.reports.table import Chart, Figure, Table, shown
from storage.reports.workbook_style import ACCENT, INK, LINE, NIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei",
         "WenQuanYi Micro Hei", "SimHei", "Noto Sans CJK JP", "Noto Serif CJK SC", "Heiti SC", "STHeiti",
         "Arial Unicode MS", "Droid Sans Fallback")  # fmt: skip
COLOURS = (f"#{ACCENT}", "#E39B3C", "#4C9A7A", "#C0392B", "#7D5BA6")
GREY = "#6B7690"
BARS_MOST = 20
GROUPS_MOST = 60
ROWS_LEAST = 6
"""Fewer bars are no thicker."""
NAMES_MOST = 16
FORMATS = ("png", "svg")


class NoPicture(DecisionError):
    """The report is a table and nothing else, or has nothing to draw."""

    code = "E-NO-PICTURE"
    zh = "「{title}」画不成图：{reason}"
    en = "{title} cannot be drawn: {reason}"
    zh_hint = "能画图的报表见 yeban report --list"
    en_hint = "yeban report --list says which reports have a picture"

    def __init__(self, title: str, reason: str) -> None:
        super().__init__(title=title, reason=reason)


class FontMissing(StoreError):
    """No font with Chinese characters is installed: the picture would show boxes."""

    code = "E-FONT"
    zh = "这台机器没有中文字体，图上的字会是方块"
    en = "no font with Chinese characters is installed; the picture would show boxes"
    zh_hint = "装一个再来，如 Debian/Ubuntu：sudo apt-get install fonts-noto-cjk；找过的：{known}"
    en_hint = "install one, for instance fonts-noto-cjk; looked for {known}"

    def __init__(self) -> None:
        super().__init__(known=list(FONTS))


def draw(table: Table, form: str = "png") -> bytes:
    """The table's chart. Raises NoPicture, FontMissing."""
    if form not in FORMATS:
        raise NoPicture(table.title, f"只画 {'、'.join(FORMATS)}，不画 {form}")
    if table.chart is None:
        raise NoPicture(table.title, "它看表更清楚")
    if not table.rows:
        raise NoPicture(table.title, "这段时间没有数据")
    import matplotlib
    from matplotlib.figure import Figure as Picture

    style: dict[Any, Any] = {"font.family": [font()], "axes.unicode_minus": False, "svg.fonttype": "path",
                             "svg.hashsalt": "yeban", "text.color": f"#{INK}"}  # fmt: skip
    with matplotlib.rc_context(style):
        picture = Picture(figsize=(11, 6), dpi=130, facecolor="white")
        axes = picture.add_axes((0.09, 0.17, 0.88, 0.65))
        DRAWN[table.chart.kind](axes, table, table.chart)
        _frame(picture, axes, table)
        out = io.BytesIO()
        picture.savefig(out, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
    return out.getvalue()


@lru_cache(maxsize=1)
def font() -> str:
    """The first font with Chinese that this machine has. Raises FontMissing."""
    from matplotlib import font_manager

    known = {entry.name for entry in font_manager.fontManager.ttflist}
    for name in FONTS:
        if name in known:
            return name
    raise FontMissing


def _frame(picture: Any, axes: "Axes", table: Table) -> None:
    picture.text(0.03, 0.94, table.title, fontsize=19, fontweight="bold", color=f"#{NIGHT}", va="center")
    days = say(f"{table.period.first_day} 至 {table.period.last_day}", table.lang)
    words = f"{days}　{table.scope}" if table.scope else days
    picture.text(0.03, 0.885, words, fontsize=10, color=GREY, va="center")
    if table.notes:
        picture.text(0.03, 0.035, table.notes[0][:90], fontsize=8.5, color=GREY, va="center")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(f"#{LINE}")
    axes.tick_params(colors=GREY, labelsize=9, length=0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1.01), ncols=4, frameon=False, fontsize=9.5)


def _values(table: Table, column: int, rows: int | None = None) -> list[float]:
    """Figures as a picture takes them: in yuan, percent, days; a gap where there is none."""
    found = []
    for row in table.rows[:rows]:
        cell = row[column]
        scaled = isinstance(cell, Figure) and cell.unit in ("fen", "percent", "ratio", "days")
        found.append(cell.value / (100 if scaled else 1) if isinstance(cell, Figure) else float("nan"))
    return found


def _names(table: Table, column: int, rows: int | None = None) -> list[str]:
    return [_short(str(row[column])) for row in table.rows[:rows]]


def _short(text: str) -> str:
    return text if len(text) <= NAMES_MOST else text[: NAMES_MOST - 1] + "…"


def _line(axes: "Axes", table: Table, chart: Chart) -> None:
    names = _names(table, chart.names)
    for place, column in enumerate(chart.figures):
        values = _values(table, column)
        marker = "o" if len(names) <= 45 else ""
        axes.plot(range(len(names)), values, color=COLOURS[place], linewidth=2, marker=marker, markersize=4,
                  label=table.columns[column].title)  # fmt: skip
        if place == 0:
            axes.fill_between(range(len(names)), values, alpha=0.08, color=COLOURS[0])
    _along(axes, names)
    _amounts(axes, table, chart)


def _bar(axes: "Axes", table: Table, chart: Chart) -> None:
    """Grouped bars, one group per name; days stand in the order of time, whatever the order of the table."""
    names = list(dict.fromkeys(_names(table, chart.names)))
    names = (sorted(names) if names[0][:2] == "20" else names)[:GROUPS_MOST]
    rows, width = len(names), 0.8 / len(chart.figures)
    for place, column in enumerate(chart.figures):
        summed = _by_name(table, chart.names, column)
        axes.bar(
            [x + width * (place - (len(chart.figures) - 1) / 2) for x in range(rows)],
            [summed[name] for name in names], width * 0.92, color=COLOURS[place], label=table.columns[column].title,
        )  # fmt: skip
    _along(axes, names)
    _amounts(axes, table, chart)


def _by_name(table: Table, names: int, column: int) -> Counter[str]:
    """The sum of a column over the rows of each name: a day of three shops is one bar."""
    found: Counter[str] = Counter()
    for name, value in zip(_names(table, names), _values(table, column), strict=True):
        found[name] += value  # type: ignore[assignment]
    return found


def _across(axes: "Axes", table: Table, chart: Chart) -> None:
    rows, column = min(len(table.rows), BARS_MOST), chart.figures[0]
    values, names = _values(table, column, rows), _names(table, chart.names, rows)
    axes.barh(range(rows), values, 0.66, color=COLOURS[0])
    axes.set_yticks(range(rows), names)
    axes.set_ylim(max(rows, ROWS_LEAST) - 0.5, -0.5)
    axes.set_xticks([])
    for place, row in enumerate(table.rows[:rows]):
        cell = row[column]
        if isinstance(cell, Figure):
            axes.annotate(shown(cell.value, cell.unit), (max(values[place], 0), place), xytext=(5, 0),
                          textcoords="offset points", va="center", fontsize=9, color=f"#{INK}")  # fmt: skip
    axes.margins(x=0.14)
    left = f"　前 {rows} / 共 {len(table.rows)}" if len(table.rows) > rows else ""
    axes.set_title(f"{table.columns[column].title}{left}", loc="right", fontsize=10, color=GREY)
    axes.set_position((0.17, 0.09, 0.79, 0.74))


def _count(axes: "Axes", table: Table, chart: Chart) -> None:
    """How many rows have which word."""
    counted = Counter(str(row[chart.names]) for row in table.rows)
    names = list(dict.fromkeys(str(row[chart.names]) for row in table.rows))
    bars = axes.bar(range(len(names)), [counted[name] for name in names], 0.55, color=COLOURS[0])
    axes.bar_label(bars, padding=3, fontsize=11, color=f"#{INK}")
    axes.set_xticks(range(len(names)), names, fontsize=11)
    axes.set_yticks([])


def _along(axes: "Axes", names: list[str]) -> None:
    """As many names under the axis as there is room for."""
    step = max(1, -(-len(names) // 14))
    longest = max(map(len, names))
    axes.set_xticks(range(0, len(names), step), names[::step], rotation=30 if longest > 7 else 0,
                    ha="right" if longest > 7 else "center")  # fmt: skip
    axes.margins(x=0.02)


def _amounts(axes: "Axes", table: Table, chart: Chart) -> None:
    from matplotlib.ticker import FuncFormatter

    unit = table.columns[chart.figures[0]].unit
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _amount(value, unit)))
    axes.grid(axis="y", color=f"#{LINE}", linewidth=0.8)
    axes.set_axisbelow(True)


def _amount(value: float, unit: str) -> str:
    """`¥12 万`, `80 %`, `1,500`."""
    if unit == "percent":
        return f"{value:,.4g} %"
    sign = "¥" if unit == "fen" else ""
    if abs(value) >= 10_000:
        return f"{sign}{value / 10_000:,.4g} 万"
    return f"{sign}{value:,.4g}" if abs(value) < 1000 else f"{sign}{value:,.0f}"


DRAWN = {"across": _across, "bar": _bar, "count": _count, "line": _line}
