"""What the books and the reports say in Chinese, said in English: at the edge, where somebody reads it.

Sentences stand in the books as they were said, in Chinese, and figures are walked back by them; so nothing is stored
in two languages. Whoever reads English gets every word of ours by the tables of this package. What a person or a
platform has written (names, codes, notes) stays as it is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache

from storage.english.accounts import ACCOUNTS
from storage.english.checks import CHECKS
from storage.english.kinds import DOCUMENTS, KINDS, VENDORS
from storage.english.matching import MATCHING
from storage.english.metrics import METRICS
from storage.english.orders import ORDERS
from storage.english.tables import TABLES

CHINESE = re.compile(r"[\u3400-\u9fff]")
SLOT = re.compile(r"\{(\w+)\}")
JOINTS = (("；", "; "), ("。", ". "), ("：", ": "), ("，", ", "), ("、", ", "), (" · ", " · "), (" ", " "))
"""Where a text falls into parts that are said one by one, and what stands between them in English."""

MARKS = (("（", " ("), ("）", ")"), ("；", "; "), ("，", ", "), ("：", ": "), ("、", ", "))

COUNTS = frozenset(
    {"bought", "count", "credits", "days", "found", "free", "lines", "most", "n", "orders", "qty", "rows"}
)
NUMBER = "-?[0-9][0-9,.]*"
"""Slots that hold a count, and nothing else: a name before a unit is not taken for one."""

Reader = Callable[[str], Mapping[str, str] | None]


def phrases() -> dict[str, str]:
    """Every phrase of ours, Chinese to English; `{…}` is what a sentence says of its books."""
    from storage.erp.orders.hold_names import HOLD_NAMES
    from storage.erp.reconciliation.outcomes import COMPONENTS as FEES
    from storage.erp.reconciliation.outcomes import DIFFERENCES, OUTCOMES
    from storage.erp.settlement.components import COMPONENTS
    from storage.sentences import sentences

    pairs = [*HOLD_NAMES.values(), *DIFFERENCES.values(), *((one.zh, one.en) for one in OUTCOMES.values())]
    named = [
        *((zh, name.replace("_", " ")) for name, zh in FEES.items()),
        *((one.zh, one.en) for one in COMPONENTS.values()),
    ]
    ours = (ACCOUNTS, CHECKS, KINDS, MATCHING, METRICS, ORDERS, TABLES)
    errors = {zh: en.replace("_en}", "}") for zh, en in sentences().items()}  # a reason is said by what it is
    fitting = {zh: en for zh, en in errors.items() if set(SLOT.findall(en)) <= set(SLOT.findall(zh))}
    merged = {**fitting, **dict(named), **dict(pairs)}
    for table in ours:
        merged.update(table)
    return merged


@lru_cache(maxsize=20_000)
def english(text: str) -> str:
    """The text in English: the phrase that it is, else its parts; words that are none of ours as they are. Pure."""
    if not CHINESE.search(text):
        return _marks(text)
    if known := _read()[0].get(text) or _kind(text):
        return known
    said = _sentence(text)
    if said and not CHINESE.search(said):
        return said
    return min(filter(None, (said, _parts(text))), key=lambda one: len(CHINESE.findall(one)))


def say(text: str, lang: str) -> str:
    """The text in the reader's language."""
    return english(text) if lang == "en" else text


def heading(text: str, lang: str) -> str:
    """The text as the heading of a table or a sheet: in English it begins with a capital."""
    said = say(text, lang)
    return said[:1].upper() + said[1:] if lang == "en" else said


def _marks(text: str) -> str:
    for chinese, latin in MARKS:
        text = text.replace(chinese, latin)
    return text


def _sentence(text: str) -> str:
    """The text by the sentence that it is; of several, the one that leaves least Chinese, then the longest."""
    best, left = "", len(text)
    for longest, reader, en in _read()[1]:
        if longest in text and (found := reader(text)) is not None:
            said = en.format(**{name: english(part) for name, part in found.items()})
            remaining = len(CHINESE.findall(said))
            if remaining < left:
                best, left = said, remaining
            if not left:
                break
    return best


def _kind(text: str) -> str:
    """A document's title: whose it is and what, `支付宝 账务明细`."""
    vendor, _, document = text.partition(" ")
    if document and (vendor in VENDORS or not CHINESE.search(vendor)) and document in DOCUMENTS:
        return f"{VENDORS.get(vendor, vendor)} {DOCUMENTS[document]}"
    return ""


def _parts(text: str) -> str:
    """The text by its parts, parted where most of it is understood."""
    return min(_parted(text), key=lambda said: len(CHINESE.findall(said)), default=text)


def _parted(text: str) -> Iterator[str]:
    if text.endswith("。"):
        yield f"{english(text[:-1]).removesuffix('.')}."
    for joint, between in JOINTS:
        if joint in text:
            for parts in (text.split(joint), text.split(joint, 1)):
                yield between.join(english(part.strip()) if part.strip() else "" for part in parts).strip()


@cache
def _read() -> tuple[dict[str, str], list[tuple[str, Reader, str]]]:
    """Phrases without slots, and those with: the longest of its own words, what reads it, and its English."""
    known = phrases()
    exact = {zh: en for zh, en in known.items() if not SLOT.search(zh)}
    slotted = [zh for zh in known if SLOT.search(zh)]
    slotted.sort(key=lambda zh: (-len(SLOT.sub("", zh)), zh))
    return exact, [(max(SLOT.split(zh)[::2], key=len), _reader(zh), known[zh]) for zh in slotted]


def _reader(zh: str) -> Reader:
    pieces = SLOT.split(zh)
    pattern = "".join(
        f"(?P<{one}>{NUMBER if one in COUNTS else '.+?'})" if at % 2 else re.escape(one)
        for at, one in enumerate(pieces)
    )
    whole = re.compile(pattern, re.DOTALL)

    def found(text: str) -> Mapping[str, str] | None:
        match = whole.fullmatch(text)
        return match.groupdict() if match else None

    return found
