"""The page of a night: every job with its result, and a link to the page of its run; one file, nothing from outside."""

from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from schedules.desk import Desk
from schedules.night_words import STAGES, did_words, note_words
from schedules.problems import FlowMissing
from schedules.shelf import flow_path, load_flow
from schedules.step_names import shown_name
from schedules.summary import book_totals, night_rows

STYLE = """
body{font:14px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;margin:0;
background:#f5f6fa;color:#1f2733}
main{max-width:1080px;margin:32px auto;padding:0 20px}h1{font-size:22px;margin:0 0 4px}p{margin:2px 0;color:#5a6472}
table{border-collapse:collapse;width:100%;background:#fff;border:1px solid #e6e8ee;border-radius:8px;margin:18px 0}
th,td{text-align:left;padding:7px 12px;border-bottom:1px solid #eef0f4;vertical-align:top}
td:nth-child(-n+3),th{white-space:nowrap}td{overflow-wrap:anywhere}th{color:#6b7480;font-weight:500}
.done{color:#1a7f4b}.failed{color:#c0362c}.person,.playing{color:#a76200}.planned{color:#8a919c}
a{color:#2457d6;text-decoration:none}
@media(max-width:720px){main{margin:16px auto;padding:0 12px}thead,td:empty{display:none}
tr{display:flex;flex-wrap:wrap;gap:0 12px;padding:8px 12px;border-bottom:1px solid #eef0f4}td{border:0;padding:0}
td:first-child{flex:1;white-space:normal}td:nth-child(n+4){flex-basis:100%;color:#5a6472}}
@media(prefers-color-scheme:dark){body{background:#14171c;color:#e6e9ee}table{background:#1c2027;border-color:#2c323c}
td,th,tr{border-color:#272c35}a{color:#8ab0ff}p,th{color:#9aa4b2}}
"""


def night_page_path(desk: Desk, night: date) -> Path:
    """Where the page of the night lies: beside the folders of its runs."""
    return desk.settings.runs / f"{night}.html"


def write_night_page(desk: Desk, night: date, report: Path) -> Path:
    """Write the page as the books have the night now, whole or not at all; returns its path."""
    english = desk.settings.lang == "en"
    found = night_rows(desk, night)
    titles = {flow: title_of(flow) for flow in {row["flow"] for row in found}}
    rows = "\n".join(line(desk, row, titles[row["flow"]]) for row in found)
    heads = (
        ("job", "account", "result", "brought / did", "note")
        if english
        else ("工作", "账号", "结果", "带回 / 做了", "说明")
    )
    totals = "".join(f"<p>{escape(total)}</p>" for total in book_totals(desk))
    link = f'<p><a href="{escape(report.as_uri())}">{escape(report.name)}</a></p>' if report.exists() else ""
    title = f"The night of {night}" if english else f"{night} 的夜班"
    head = "".join(f"<th>{name}</th>" for name in heads)
    text = (
        f"<!doctype html><html lang='{desk.settings.lang}'><meta charset='utf-8'>"
        f"<meta name='viewport' content='width=device-width,initial-scale=1'><title>{title}</title>"
        f"<style>{STYLE}</style><main><h1>{title}</h1>{totals}{link}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></main></html>"
    )
    path = night_page_path(desk, night)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
    return path


def title_of(flow: str) -> str:
    """What a flow calls itself, as a person reads it; "" for a step of the core and for a flow that is gone."""
    try:
        found = load_flow(flow_path(flow)).flow
    except FlowMissing:
        return ""
    return found.title if found else ""


def line(desk: Desk, row: dict[str, Any], title: str = "") -> str:
    """One job as a table row, linked to its run's page where there is one."""
    page = desk.settings.runs / row["run_id"] / "index.html"
    name = escape(" · ".join(filter(None, (title, shown_name(row["flow"], desk.settings.lang)))))
    if row["run_id"] and page.exists():
        name = f'<a href="{escape(row["run_id"])}/index.html">{name}</a>'
    zh, en, _ = STAGES.get(row["stage"], (row["stage"], row["stage"], ""))
    stage = en if desk.settings.lang == "en" else zh
    cells = (
        name,
        escape(row["account"]),
        f'<span class="{escape(row["stage"])}">{escape(stage)}</span>',
        escape(did_words(row["summary"], desk.settings.lang)),
        escape(note_words(row, desk.settings.lang)),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
