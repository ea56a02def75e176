"""The page of one run: one HTML file that shows what ran, what came in, what failed and with which picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Protocol

from bots.evidence import Failure

STATES = {
    "done": ("完成", "ok"),
    "rejected_some": ("完成，有的行没做", "warn"),
    "failed": ("失败", "bad"),
    "person": ("等人处理", "warn"),
    "stopped": ("中途停止", "bad"),
}
OUTCOMES = {
    "done": ("完成", "ok"),
    "found_done": ("早已完成", "ok"),
    "rejected": ("不能做", "warn"),
    "failed": ("失败", "bad"),
    "person": ("等人处理", "warn"),
    "shown": ("试运行", "warn"),
    "skipped": ("跳过", "warn"),
}

STYLE = """
*{box-sizing:border-box}body{margin:0;background:#f4f6f9;color:#1f2937;
font:14px/1.6 "Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 20px 60px}h1{font-size:22px;margin:0 0 4px}
h2{font-size:16px;margin:30px 0 10px}.facts{color:#6b7280;margin:0 0 14px}
.box{background:#fff;border:1px solid #e5e7eb;border-radius:8px;padding:14px 18px;margin:10px 0}
table{width:100%;border-collapse:collapse;background:#fff;border:1px solid #e5e7eb;border-radius:8px;overflow:hidden}
th,td{text-align:left;padding:7px 12px;border-bottom:1px solid #eef0f3;vertical-align:top}
th{background:#f9fafb;color:#6b7280;font-weight:500;white-space:nowrap}tr:last-child td{border-bottom:0}
td.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.tag{display:inline-block;border-radius:4px;padding:0 8px;font-size:13px;white-space:nowrap}
.ok{background:#e7f6ec;color:#15803d}.warn{background:#fef5e0;color:#a16207}.bad{background:#fdeaea;color:#b91c1c}
.run{background:#e8f0fe;color:#1d4ed8}code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px;
color:#4b5563;word-break:break-all}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:8px 0}
dt{color:#6b7280}dd{margin:0}img{max-width:100%;border:1px solid #e5e7eb;border-radius:6px;margin-top:8px}
a{color:#1d4ed8;text-decoration:none}a:hover{text-decoration:underline}td>code{white-space:nowrap}
@media(max-width:720px){main{padding:16px 12px 40px}th,td{padding:6px 8px}table{display:block;overflow-x:auto}
td>a{display:inline-block;min-width:9em;word-break:break-all}}
"""

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head>
<body><main>{body}</main></body></html>
"""


class HealedLine(Protocol):
    """An element that only a lower way still found: where it belongs, which way, and its pictures before and after."""

    page: str
    element: str
    way: str
    index: int
    pictures: tuple[str, ...]


@dataclass
class StepLine:
    """One step of the list: its sentence, line, how it went and how long it took."""

    text: str
    line: int
    outcome: str
    took_ms: int
    item: str = ""
    depth: int = 0


@dataclass
class RunPage:
    """Everything the page shows; texts come in masked already."""

    title: str
    state: str
    message: str
    facts: Mapping[str, str]
    steps: Sequence[StepLine] = ()
    files: Sequence[Mapping[str, object]] = ()
    results: Sequence[Mapping[str, object]] = ()
    failures: Sequence[Failure] = ()
    notes: Sequence[Mapping[str, str]] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    healed: Sequence[HealedLine] = ()

    def html(self) -> str:
        """The whole page; nothing in it is loaded from elsewhere but the run folder's own pictures."""
        label, kind = STATES.get(self.state, (self.state, "run"))
        body = [
            f"<h1>{escape(self.title)} {_tag(label, kind)}</h1>",
            f'<p class="facts">{escape(" · ".join(f"{name} {value}" for name, value in self.facts.items()))}</p>',
            f'<div class="box">{escape(self.message)}</div>' if self.message else "",
            self._links(),
            self._failures(),
            self._healed(),
            self._files(),
            self._results(),
            self._notes(),
            self._steps(),
        ]
        return PAGE.format(title=escape(self.title), style=STYLE, body="".join(body))

    def _links(self) -> str:
        links = "　".join(f'<a href="{escape(path)}">{escape(name)}</a>' for name, path in self.links.items())
        return f"<p>{links}</p>" if links else ""

    def _failures(self) -> str:
        return "<h2>出过的问题</h2>" + "".join(map(_failure, self.failures)) if self.failures else ""

    def _healed(self) -> str:
        told = "".join(map(_healed, self.healed))
        return f"<h2>换了办法才找到的元素（{len(self.healed)}）</h2>{told}" if told else ""

    def _files(self) -> str:
        rows = [
            [
                f'<a href="{escape(str(file["path"]))}">{escape(str(file["path"]).removeprefix("files/"))}</a>',
                escape(str(file.get("kind") or "—")),
                f"{int(str(file['size'])):,}",
                escape(str(file.get("received_at", ""))[11:19]),
                f"<code>{escape(str(file['sha256'])[:16])}…</code>",
            ]
            for file in self.files
        ]
        return _table("收到的文件", ["文件", "单据种类", "字节", "时间", "sha256"], rows, numbers={2})

    def _results(self) -> str:
        rows = [
            [
                escape(str(result["key"])),
                _tag(*OUTCOMES.get(str(result["outcome"]), (str(result["outcome"]), "run"))),
                escape(str(result["reason"] or "—")),
                escape(str(result["at"])[11:19]),
            ]
            for result in self.results
        ]
        return _table("每一行的结果", ["编号", "结果", "原因", "时间"], rows)

    def _notes(self) -> str:
        rows = [[escape(note["at"][11:19]), escape(note["text"])] for note in self.notes]
        return _table("记录", ["时间", "内容"], rows)

    def _steps(self) -> str:
        rows = [
            [
                f"<code>{step.line}</code>",
                "&emsp;" * step.depth + escape(step.text),
                escape(step.item or "—"),
                _tag(*OUTCOMES.get(step.outcome, (step.outcome, "run"))),
                f"{step.took_ms / 1000:,.2f}",
            ]
            for step in self.steps
        ]
        return _table("步骤", ["行", "做了什么", "编号", "结果", "秒"], rows, numbers={4})


def _failure(failure: Failure) -> str:
    facts = {
        "步骤": failure.step,
        "位置": failure.where,
        "编号": failure.item,
        "页面": failure.url,
        "试过": "、".join(failure.tried),
        "当时的值": "，".join(f"{name} = {value}" for name, value in failure.values.items()),
        "接下来": failure.next,
        "提示": failure.hint,
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    pictures = "".join(f'<a href="{escape(path)}"><img src="{escape(path)}"></a>' for path in failure.pictures)
    snapshots = "　".join(f'<a href="{escape(path)}">页面文字快照</a>' for path in failure.snapshots)
    return (
        f'<div class="box"><b>{escape(failure.message)}</b> {_tag(failure.code, "bad")}'
        f"<dl>{listed}</dl>{snapshots}{pictures}</div>"
    )


def _healed(line: HealedLine) -> str:
    shown = (
        f'<dt>{"上次找到时" if "before" in path else "这次找到的"}</dt><dd><a href="{escape(path)}">'
        f'<img src="{escape(path)}"></a></dd>'
        for path in line.pictures
    )
    return (
        f'<div class="box"><b>{escape(line.element)}</b> {_tag("网站可能改版了", "warn")}'
        f"<dl><dt>页面</dt><dd>{escape(line.page or '每一页')}</dd>"
        f"<dt>原来的找法找不到，用了第 {line.index + 1} 种</dt><dd><code>{escape(line.way)}</code></dd>"
        f"{''.join(shown)}</dl></div>"
    )


def _tag(text: str, kind: str) -> str:
    return f'<span class="tag {kind}">{escape(text)}</span>'


def _table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: frozenset[int] | set[int] = frozenset()
) -> str:
    if not rows:
        return ""
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join(
        "<tr>" + "".join(_cell(cell, column in numbers) for column, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return (
        f"<h2>{escape(title)}（{len(rows)}）</h2><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    )


def _cell(content: str, number: bool) -> str:
    return f'<td class="number">{content}</td>' if number else f"<td>{content}</td>"
