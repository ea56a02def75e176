"""Years of holidays that somebody writes by hand, from the State Council's notice; every mistake has its place.

2027:
  off: [2027-01-01, 2027-02-05..2027-02-11]
  work: [2027-02-14]
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bots.flow.encoding import not_utf8
from bots.flow.problem import Problem, in_order, render
from bots.flow.source import Mapping, Node, Scalar, Sequence, load
from schedules.problems import default_lang
from schedules.timetable.errors import TimetableBroken
from schedules.timetable.workdays import YearByHand

LONGEST_DAYS = 31


def load_holidays(path: Path) -> dict[int, YearByHand]:
    """The years in the file, none when there is no file. Raises TimetableBroken with every problem located."""
    if not path.is_file():
        return {}
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        text, problem = not_utf8(path.read_bytes(), str(path))
        raise TimetableBroken(path, [render(problem, text, default_lang())]) from error
    years, problems = read_holidays(text, str(path))
    if problems:
        raise TimetableBroken(path, [render(problem, text, default_lang()) for problem in problems])
    return years


def read_holidays(text: str, path: str) -> tuple[dict[int, YearByHand], list[Problem]]:
    """The text as years, and its problems in the order of the file."""
    node, problems = load(text, path)
    years: dict[int, YearByHand] = {}
    reader = _Reader(path, list(problems))
    for key, value in node.pairs if isinstance(node, Mapping) else []:
        if not (key.text.isdecimal() and len(key.text) == 4):
            reader.say(key, "这里要写年份，如 2027", "a year goes here, like 2027")
        elif isinstance(value, Mapping):
            years[int(key.text)] = reader.year(int(key.text), value)
        else:
            reader.say(
                value, "年份下面要写 off（放假）和 work（补班）", "a year has off (holidays) and work (make-up days)"
            )
    return years, in_order(reader.problems)


class _Reader:
    def __init__(self, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems

    def say(self, node: Node, zh: str, en: str) -> None:
        """A problem at the node."""
        self.problems.append(Problem("T-HOLIDAY", self.path, node.span, f"{zh}。", f"{en}."))

    def year(self, year: int, node: Mapping) -> YearByHand:
        """The days of one year; no day is both, and a make-up day is a weekend."""
        for key, _ in node.pairs:
            if key.text not in ("off", "work", "source"):
                self.say(
                    key, f"没有 {key.text} 这个键：off、work、source", f"there is no {key.text}: off, work, source"
                )
        off = dict(self.days(year, node.get("off")))
        work = dict(self.days(year, node.get("work")))
        for day, at in work.items():
            if day in off:
                self.say(at, f"{day} 又放假又补班", f"{day} is both off and worked")
            elif day.isoweekday() < 6:
                self.say(at, f"{day} 本来就上班，不用补", f"{day} is worked anyway")
        return YearByHand(frozenset(off), frozenset(work))

    def days(self, year: int, node: Node | None) -> Iterator[tuple[date, Node]]:
        """Each day with the node that names it."""
        items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
        for item in items:
            for day in self.stretch(item):
                if abs((day - date(year, 7, 1)).days) > 200:
                    self.say(item, f"{day} 不在 {year} 年附近", f"{day} is not near {year}")
                yield day, item

    def stretch(self, node: Node) -> list[date]:
        """`2027-02-05` or `2027-02-05..2027-02-11`, both ends included."""
        text = node.text if isinstance(node, Scalar) else ""
        try:
            first, last = (date.fromisoformat(part.strip()) for part in (text.split("..") * 2)[:2])
        except ValueError:
            self.say(node, f"「{text}」不是日期：写成 2027-02-05 或 2027-02-05..2027-02-11",
                     f'"{text}" is no date: write 2027-02-05 or 2027-02-05..2027-02-11')  # fmt: skip
            return []
        if not first <= last < first + timedelta(days=LONGEST_DAYS):
            self.say(node, f"「{text}」先后反了或太长", f'"{text}" runs backwards, or is too long')
            return []
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
