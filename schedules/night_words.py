"""What became of a job, in words: for the terminal, for pages and for messages. No books are opened for it."""

from collections.abc import Mapping
from typing import Any

from schedules.problems import WHO

STAGES = {
    "done": ("完成", "done", "green"),
    "failed": ("失败", "failed", "red"),
    "person": ("等人处理", "waits for a person", "yellow"),
    "planned": ("没有开始", "not begun", "dim"),
    "playing": ("中断", "cut off", "yellow"),
}
"""A job's stage: Chinese, English, the terminal's colour."""

OUTCOME_WORDS = {
    "done": ("做成", "done"),
    "found_done": ("已经做过", "already so"),
    "rejected": ("被拒", "refused"),
    "failed": ("失败", "failed"),
    "person": ("等人", "waits"),
}


def did_words(summary: dict[str, Any], lang: str) -> str:
    """What a job brought or did, in a few words."""
    english = lang == "en"
    if said := summary.get("said"):
        return str(said["en" if english else "zh"])
    parts = []
    if summary.get("files"):
        files, rows = summary["files"], summary["rows"]
        many = f"{files} file{'s' * (files != 1)} {rows} row{'s' * (rows != 1)}"
        parts.append(many if english else f"{files} 个文件 {rows} 行")
    for outcome, count in (summary.get("outcomes") or {}).items():
        zh, en = OUTCOME_WORDS.get(outcome, (outcome, outcome))
        parts.append(f"{en if english else zh} {count}")
    return (", " if english else "，").join(parts)


def note_words(row: Mapping[str, Any], lang: str) -> str:
    """What is to be said of a job: nothing where all is well, else what happened, who has to act, and what to do."""
    summary = row["summary"] or {}
    if row["stage"] == "done" and (summary.get("said") or not row["flow"].startswith("core/")):
        return ""
    names = WHO.get(summary.get("who", ""))
    acting = f"→ {summary.get('person') or names[lang == 'en']}" if names else ""
    if acting and summary.get("hint"):
        acting += ("：" if lang != "en" else ": ") + summary["hint"]
    return " ".join(part for part in (row["message"], acting) if part)
