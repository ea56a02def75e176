"""The page of one run: one HTML file that shows what ran, what came in, what failed and with which picture."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from html import escape
from typing import Protocol

from bots.evidence import Failure

STATES = {
    "done": ("完成", "done", "ok"),
    "rejected_some": ("完成，有的行没做", "done, some rows were not", "warn"),
    "failed": ("失败", "failed", "bad"),
    "person": ("等人处理", "waits for a person", "warn"),
    "stopped": ("中途停止", "stopped midway", "bad"),
}
OUTCOMES = {
    "done": ("完成", "done", "ok"),
    "found_done": ("早已完成", "was done before", "ok"),
    "rejected": ("不能做", "refused", "warn"),
    "failed": ("失败", "failed", "bad"),
    "person": ("等人处理", "waits for a person", "warn"),
    "shown": ("试运行", "rehearsed", "warn"),
    "skipped": ("跳过", "skipped", "warn"),
}
Words = tuple[str, str]
"""The same in Chinese and in English."""

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
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
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
    lang: str = "zh"

    def html(self) -> str:
        """The whole page; nothing in it is loaded from elsewhere but the run folder's own pictures."""
        body = [
            f"<h1>{escape(self.title)} {self._state(STATES, self.state)}</h1>",
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
        lang = "en" if self.lang == "en" else "zh-CN"
        return PAGE.format(lang=lang, title=escape(self.title), style=STYLE, body="".join(body))

    def _said(self, words: Words) -> str:
        return words[self.lang == "en"]

    def _state(self, of: Mapping[str, tuple[str, str, str]], state: str) -> str:
        zh, en, kind = of.get(state, (state, state, "run"))
        return _tag(self._said((zh, en)), kind)

    def _links(self) -> str:
        links = "　".join(f'<a href="{escape(path)}">{escape(name)}</a>' for name, path in self.links.items())
        return f"<p>{links}</p>" if links else ""

    def _failures(self) -> str:
        title = self._said(("出过的问题", "What went wrong"))
        return f"<h2>{title}</h2>" + "".join(map(self._failure, self.failures)) if self.failures else ""

    def _healed(self) -> str:
        told = "".join(map(self._healed_line, self.healed))
        title = self._said(("换了办法才找到的元素", "Elements that only another way found"))
        return f"<h2>{title}{self._count(len(self.healed))}</h2>{told}" if told else ""

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
        head = [("文件", "file"), ("单据种类", "kind"), ("字节", "bytes"), ("时间", "time"), ("sha256", "sha256")]
        return self._table(("收到的文件", "Files received"), head, rows, numbers={2})

    def _results(self) -> str:
        rows = [
            [
                escape(str(result["key"])),
                self._state(OUTCOMES, str(result["outcome"])),
                escape(str(result["reason"] or "—")),
                escape(str(result["at"])[11:19]),
            ]
            for result in self.results
        ]
        head = [("编号", "key"), ("结果", "result"), ("原因", "reason"), ("时间", "time")]
        return self._table(("每一行的结果", "What became of each row"), head, rows)

    def _notes(self) -> str:
        rows = [[escape(note["at"][11:19]), escape(note["text"])] for note in self.notes]
        return self._table(("记录", "Notes"), [("时间", "time"), ("内容", "note")], rows)

    def _steps(self) -> str:
        rows = [
            [
                f"<code>{step.line}</code>",
                "&emsp;" * step.depth + escape(step.text),
                escape(step.item or "—"),
                self._state(OUTCOMES, step.outcome),
                f"{step.took_ms / 1000:,.2f}",
            ]
            for step in self.steps
        ]
        head = [("行", "line"), ("做了什么", "what was done"), ("编号", "key"), ("结果", "result"), ("秒", "seconds")]
        return self._table(("步骤", "Steps"), head, rows, numbers={4})

    def _failure(self, failure: Failure) -> str:
        message = self._said((failure.message, failure.message_en))
        comma, stop = self._said(("、", ", ")), self._said(("，", ", "))
        facts = {
            ("步骤", "step"): failure.step,
            ("位置", "where"): failure.where,
            ("编号", "key"): failure.item,
            ("页面", "page"): failure.url,
            ("试过", "tried"): comma.join(failure.tried),
            ("当时的值", "values then"): stop.join(f"{name} = {value}" for name, value in failure.values.items()),
            ("接下来", "next"): self._said((failure.next, failure.next_en)),
            ("提示", "hint"): self._said((failure.hint, failure.hint_en)),
        }
        listed = "".join(f"<dt>{self._said(n)}</dt><dd>{escape(value)}</dd>" for n, value in facts.items() if value)
        pictures = "".join(f'<a href="{escape(path)}"><img src="{escape(path)}"></a>' for path in failure.pictures)
        snapshot = self._said(("页面文字快照", "text of the page"))
        snapshots = "　".join(f'<a href="{escape(path)}">{snapshot}</a>' for path in failure.snapshots)
        return (
            f'<div class="box"><b>{escape(message)}</b> {_tag(failure.code, "bad")}'
            f"<dl>{listed}</dl>{snapshots}{pictures}</div>"
        )

    def _healed_line(self, line: HealedLine) -> str:
        before, now = self._said(("上次找到时", "when last found")), self._said(("这次找到的", "found now"))
        shown = (
            f'<dt>{before if "before" in path else now}</dt><dd><a href="{escape(path)}">'
            f'<img src="{escape(path)}"></a></dd>'
            for path in line.pictures
        )
        nth = line.index + 1
        way = self._said((f"原来的找法找不到，用了第 {nth} 种", f"the first way found nothing, number {nth} did"))
        page = line.page or self._said(("每一页", "every page"))
        return (
            f'<div class="box"><b>{escape(line.element)}</b> '
            f"{_tag(self._said(('网站可能改版了', 'the site may have changed')), 'warn')}"
            f"<dl><dt>{self._said(('页面', 'page'))}</dt><dd>{escape(page)}</dd>"
            f"<dt>{way}</dt><dd><code>{escape(line.way)}</code></dd>{''.join(shown)}</dl></div>"
        )

    def _count(self, number: int) -> str:
        return self._said((f"（{number}）", f" ({number})"))

    def _table(
        self,
        title: Words,
        head: Sequence[Words],
        rows: Sequence[Sequence[str]],
        numbers: AbstractSet[int] = frozenset(),
    ) -> str:
        if not rows:
            return ""
        heads = "".join(f"<th>{escape(self._said(name))}</th>" for name in head)
        lines = "".join(
            "<tr>" + "".join(_cell(cell, column in numbers) for column, cell in enumerate(row)) + "</tr>"
            for row in rows
        )
        named = f"{escape(self._said(title))}{self._count(len(rows))}"
        return f"<h2>{named}</h2><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"


def _tag(text: str, kind: str) -> str:
    return f'<span class="tag {kind}">{escape(text)}</span>'


def _cell(content: str, number: bool) -> str:
    return f'<td class="number">{content}</td>' if number else f"<td>{content}</td>"
