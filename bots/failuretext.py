"""A failure as a person reads it: where, what, what was tried, what the page showed, what happens next and who acts."""

from bots.evidence import Failure

WHO_ACTS = {
    "author": ("写流程的人", "whoever wrote the flow"),
    "business": ("管这行数据的人", "whoever owns this row's data"),
    "operator": ("管这台机器的人", "whoever runs this machine"),
    "person": ("需要一个人", "a person"),
    "site": ("网站（夜班会自己重试）", "the site (it is tried again by itself)"),
}
LABELS = (
    ("步骤", "step"), ("元素", "element"), ("试过", "tried"), ("等了", "waited"), ("相近的文字", "nearest texts"),
    ("页面", "page"), ("这一行", "row"), ("当时的值", "values"), ("证据", "evidence"), ("怎么办", "what to do"),
    ("接下来", "next"), ("由谁处理", "who acts"),
)  # fmt: skip


def told(failure: Failure, lang: str = "zh") -> str:
    """Return the failure line by line: `file:line:column code`, the sentence, then every fact that is known."""
    english = int(lang == "en")
    place = f"{failure.where}:{failure.column}" if failure.where and failure.column else failure.where
    facts = (
        failure.step,
        failure.element,
        "; ".join(failure.tried),
        f"{failure.waited_ms} ms" if failure.waited_ms else "",
        (" / " if english else "、").join(failure.nearest),
        failure.url,
        failure.item,
        ", ".join(f"{name} = {value}" for name, value in failure.values.items()),
        ", ".join((*failure.pictures, *failure.snapshots)),
        failure.hint_en if english else failure.hint,
        failure.next_en if english else failure.next,
        WHO_ACTS[failure.who][english],
    )
    head = " ".join(part for part in (place, failure.code) if part)
    said = failure.message_en if english else failure.message
    lines = [f"  {label[english]}: {fact}" for label, fact in zip(LABELS, facts, strict=True) if fact]
    return "\n".join([head, f"  {said}", *lines])
