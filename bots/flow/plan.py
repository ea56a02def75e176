"""What a flow will do, said sentence by sentence."""

from collections.abc import Iterator, Mapping

from bots.flow.flow import Flow
from bots.flow.language import Bilingual, Lang
from bots.flow.part import key_of
from bots.flow.problem import Refused
from bots.flow.shapes import keys_of
from bots.flow.step import Step
from bots.flow.values import Template, show
from bots.flow.walk import blocks_of

PHASES = (
    ("before", Bilingual("准备", "Before")),
    ("steps", Bilingual("步骤", "Steps")),
    ("finally_", Bilingual("最后", "Finally")),
)


def plan(flow: Flow, inputs: Mapping[str, object], lang: Lang) -> list[str]:
    """Return the flow as numbered sentences; `inputs` (and `today`) are filled in, the rest stays `${…}`.

    One line per step; steps inside are indented and numbered 2.1, 2.2; a line that names a phase has no number.
    """
    lines = [_title(flow, lang)]
    lines.extend(_items(flow, inputs, lang))
    for field, title in PHASES:
        steps: tuple[Step, ...] = getattr(flow, field)
        if steps:
            if field != "steps" or flow.before or flow.finally_:
                lines.append(f"{title.say(lang)}:")
            lines.extend(_steps(steps, inputs, lang, "", 0))
    return lines


def _title(flow: Flow, lang: Lang) -> str:
    site = f"（{flow.site}）" if lang == "zh" else f" ({flow.site})"
    return flow.title + (site if flow.site else "")


def _items(flow: Flow, inputs: Mapping[str, object], lang: Lang) -> Iterator[str]:
    items = flow.items
    if items is None:
        return
    source = _fill(items.from_.source, inputs) if items.from_ is not None else str(items.worklist)
    key = items.key.source
    if lang == "zh":
        limits = f"系统失败重试 {items.retries} 次，连续失败 {items.stop_after} 次停止"
        yield f"对“{source}”的每一行（以 {key} 区分，{limits}）:"
    else:
        limits = f"{items.retries} retries, stop after {items.stop_after} failures in a row"
        yield f'For each row of "{source}" (by {key}, {limits}):'


def _steps(
    steps: tuple[Step, ...], inputs: Mapping[str, object], lang: Lang, prefix: str, depth: int, start: int = 1
) -> Iterator[str]:
    """Yield the sentences of a list; the blocks of one step are numbered on, so that no two steps share a number."""
    for number, step in enumerate(steps, start):
        label = f"{prefix}{number}"
        yield f"{'   ' * depth}{label}{'.' if depth == 0 else ''} {_sentence(step, inputs, lang)}"
        blocks = list(blocks_of(step))
        following = 1
        for field, block in blocks:
            if len(blocks) > 1 or field not in ("do", "steps"):
                yield f"{'   ' * (depth + 1)}{_block_title(step, field, lang)}:"
            yield from _steps(block, inputs, lang, f"{label}.", depth + 1, following)
            following += len(block)


def _block_title(step: Step, field: str, lang: Lang) -> str:
    key = key_of(field)
    return keys_of(type(step)).chinese.get(key, key) if lang == "zh" else key


def _sentence(step: Step, inputs: Mapping[str, object], lang: Lang) -> str:
    zh = lang == "zh"
    said = _fill(step.say(lang), inputs)
    if step.when is not None:
        condition = _fill(step.when.say(lang), inputs)
        said = f"仅当{condition}：{said}" if zh else f"only if {condition}: {said}"
    if not (step.optional or step.timeout or step.retry or step.off):
        return said
    notes = [
        ("可选" if zh else "optional") if step.optional else "",
        (f"最多等 {show(step.timeout, lang)}" if zh else f"within {show(step.timeout, lang)}") if step.timeout else "",
        (f"失败重试 {step.retry.times} 次" if zh else f"up to {step.retry.times} retries") if step.retry else "",
        ("停用，不运行" if zh else "switched off") if step.off else "",
    ]
    given = [note for note in notes if note]
    return f"{said}（{'，'.join(given)}）" if zh else f"{said} ({', '.join(given)})"


def _fill(sentence: str, inputs: Mapping[str, object]) -> str:
    """Return the sentence with what is known filled in; a sentence is a template like any other text."""
    if "${" not in sentence:
        return sentence
    try:
        return Template.parse(sentence).partial(inputs)
    except Refused:
        return sentence
