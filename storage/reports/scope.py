"""What a report is limited to, and how finely it looks; part of every figure's id, so that filters are never lost."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import quote, unquote

from storage.errors import DecisionError

STEPS = ("hour", "day", "week", "month")
TOP = 50


class ScopeWrong(DecisionError):
    """A filter or an option of a report that there is none of."""

    code = "E-SCOPE"
    zh = "报表的条件不对：{what}"
    en = "this condition of the report cannot be used: {what}"
    zh_hint = "可以写：{known}"
    en_hint = "there are {known}"

    def __init__(self, what: str, known: Sequence[str]) -> None:
        super().__init__(what=what, known=list(known))


@dataclass(frozen=True, slots=True)
class Scope:
    """`shops`, `platforms`: only these, all when empty. `by`: hour | day | week | month. `zone`: the time zone that
    days and hours are cut in, "" for Asia/Shanghai. `whole`: bundles are not taken apart. `top`: rows of a ranking.
    """

    shops: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    by: str = "day"
    zone: str = ""
    whole: bool = False
    top: int = TOP

    @property
    def words(self) -> str:
        """The scope as figure ids spell it: "" for everything, else `[shops=a,b;whole=1]`."""
        said = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default:
                continue
            text = ",".join(map(_quoted, value)) if isinstance(value, tuple) else _quoted(str(int(value) if
                   isinstance(value, bool) else value))  # fmt: skip
            said.append(f"{field.name}={text}")
        return f"[{';'.join(said)}]" if said else ""

    @property
    def condition(self) -> tuple[str, list[object]]:
        """The filter in SQL, beginning with AND, and its values."""
        condition = ""
        values: list[object] = []
        for column, wanted in (("shop", self.shops), ("platform", self.platforms)):
            if wanted:
                condition += f" AND {column} IN (SELECT unnest(?))"
                values.append(list(wanted))
        return condition, values


EVERYTHING = Scope()


def checked(scope: Scope) -> Scope:
    """The scope when it can be used. Raises ScopeWrong."""
    from storage.reports.zones import zone_of

    if scope.by not in STEPS:
        raise ScopeWrong(f"by={scope.by}", STEPS)
    zone_of(scope.zone)
    return scope


def parse_scope(words: str) -> Scope:
    """The scope that `Scope.words` says. Raises ScopeWrong."""
    scope = EVERYTHING
    for part in words.strip("[]").split(";") if words.strip("[]") else ():
        name, _, value = part.partition("=")
        known = {field.name: type(field.default) for field in fields(Scope)}
        kind = known.get(name)
        if kind is None:
            raise ScopeWrong(name, list(known))
        meant: object = unquote(value)
        if kind is tuple:
            meant = tuple(unquote(one) for one in value.split(","))
        elif kind in (bool, int):
            if not value.isdigit():
                raise ScopeWrong(part, list(known))
            meant = kind(int(value))
        scope = replace(scope, **{name: meant})  # type: ignore[arg-type]
    return scope


def _quoted(text: str) -> str:
    return quote(text, safe="/_-.")
