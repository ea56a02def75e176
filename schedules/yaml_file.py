"""YAML of the desk (settings, nights) as plain texts, lists and mappings, with located errors in both languages."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Facts
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from bots.flow.encoding import not_utf8
from bots.flow.language import nearest
from bots.flow.problem import Problem, Span, in_order, render
from bots.flow.source import Mapping, Node, Scalar, Sequence, load
from schedules.problems import SettingsBroken, default_lang

Model = TypeVar("Model", bound=BaseModel)
Plain = str | list["Plain"] | dict[str, "Plain"]
Loc = tuple[str | int, ...]

WORDS: Facts[str, tuple[str, str]] = {
    "bool_parsing": ("这里写 yes 或 no。", "Write yes or no here."),
    "dict_type": ("这里应是「名字: 值」。", "This must be `name: value` pairs."),
    "extra_forbidden": ("没有叫「{key}」的键。", "There is no key called {key}."),
    "greater_than_equal": ("这个数太小，最小 {ge}。", "This number is too small; the least is {ge}."),
    "int_parsing": ("这里应是一个整数。", "This must be a whole number."),
    "less_than_equal": ("这个数太大，最大 {le}。", "This number is too large; the most is {le}."),
    "list_type": ("这里应是一个列表，每项前面写「- 」。", "This must be a list, each item after `- `."),
    "literal_error": ("这里只能是 {expected}。", "This must be {expected}."),
    "missing": ("缺少「{key}」。", "{key} is missing."),
    "model_attributes_type": ("这里应是「名字: 值」。", "This must be `name: value` pairs."),
    "model_type": ("这里应是「名字: 值」。", "This must be `name: value` pairs."),
    "string_type": ("这里应是一段文字。", "This must be a text."),
}
"""pydantic's kinds of error in our words; a kind that is not here says itself in English."""


SECRET_KEYS = frozenset(
    {
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "secret",
        "token",
        "totp",
        "api_key",
        "access_key",
        "access_token",
        "private_key",
        "proxy_password",
        "secret_key",
        "密码",
        "口令",
        "密钥",
    }
)
"""Keys that nobody writes into a YAML file of ours, wherever they would stand."""


OWNERS = {"accounts": "", "channels": "notify:", "rules": "delivery:"}
"""Under what the vault has a secret of what stands below these keys, before its name."""
KEYS = "|".join(sorted(SECRET_KEYS))
COLON = r"""["']?[ \t]*[:：][ \t]*"""
VALUE = r"""("[^"\n]*"|'[^'\n]*'|[^\s,}\]#"'](?:[^,}\]\n#]|(?<!\s)#)*)"""
AFTER_KEY = re.compile(rf"^({COLON}){VALUE}")
SECRET_TEXTS = (
    re.compile(rf"""^([ \t]*(?:- )?["']?(?:{KEYS}){COLON})([^\s"'{{\[|>].*?)(?=\s+#|\s*$)""", re.I | re.M),
    re.compile(rf"""((?<![\w-])["']?(?:{KEYS}){COLON}){VALUE}""", re.IGNORECASE),
    re.compile(r"""(://[^:/@\s"']*:)([^@\s"']+)(?=@)"""),
    re.compile(r"""(/hook/)([^?\s"'}]+)"""),
    re.compile(r"""([?&][\w-]*(?:key|secret|sign|token)[\w-]*=)([^&\s"'}]+)""", re.IGNORECASE),
)
"""Where a line shows a secret: alone on it, after such a key, in an address before its @, in a robot's address."""


def secret_refusal(key: str, loc: Loc = ()) -> PydanticCustomError:
    """What is said of a secret in a YAML file: where it goes instead, with its owner where its place tells."""
    owner = f"{OWNERS[str(loc[0])]}{loc[1]}" if len(loc) > 1 and loc[0] in OWNERS else ""
    return refusal(
        "D-SECRET-IN-YAML",
        f"「{key}」不写在 YAML 里，这个文件谁都看得到：删掉它，用 yeban secret set {owner or '账号'} {key} 存。",
        f"{key} does not stand in YAML, which anybody can read: take it out and store it by "
        f"yeban secret set {owner or 'ACCOUNT'} {key}.",
    )


def without_secrets(text: str) -> str:
    """The text with a star for each sign of a secret: lines that are shown stand in logs and messages too. Pure."""
    for one in SECRET_TEXTS:
        text = one.sub(_starred, text)
    return text


def _starred(found: re.Match[str]) -> str:
    value = found[2].rstrip()
    return found[1] + "*" * len(value) + found[2][len(value) :]


def plain(node: Node) -> Plain:
    """The node without its positions: every scalar stays the text that was written."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.pairs}


def unknown_name(code: str, what: tuple[str, str], name: str, known: list[str]) -> PydanticCustomError:
    """What a validator raises for a name that nobody knows: `what` is it called, zh and en; the nearest come first."""
    close = nearest(name, known)
    return PydanticCustomError(
        "unknown_name",
        "{en}",
        {
            "code": code,
            "zh": f"没有叫「{name}」的{what[0]}。",
            "en": f"There is no {what[1]} called {name}.",
            "found": name,
            "allowed": (*close, *(one for one in known if one not in close)),
            "fix": close[0] if close else "",
        },
    )


def refusal(code: str, zh: str, en: str) -> PydanticCustomError:
    """What a validator raises for anything else: its sentence in both languages."""
    return PydanticCustomError("refusal", "{en}", {"code": code, "zh": zh, "en": en})


def read_yaml(
    path: Path,
    model: type[Model],
    defaults: dict[str, object] | None = None,
    more: Callable[[Model], list[tuple[Loc, PydanticCustomError]]] | None = None,
) -> Model:
    """The file as `model`, over the defaults. Raises SettingsBroken: every place with line, column and what is allowed.

    `more`: what else is wrong with a file that is well formed, by place.
    """
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        text, problem = not_utf8(path.read_bytes(), str(path))
        raise _broken(path, text, [problem]) from error
    node, problems = load(text, str(path))
    if problems:
        raise _broken(path, text, problems)
    values: dict[str, object] = dict(defaults or {})
    if isinstance(node, Mapping):
        values |= {key.text: plain(value) for key, value in node.pairs}
    try:
        found = model.model_validate(values)
    except ValidationError as error:
        raise _broken(path, text, [_problem(node, path, model, item) for item in error.errors()]) from error
    if wrong := more(found) if more else []:
        raise _broken(path, text, [_own(node, path, loc, error.context or {}) for loc, error in wrong])
    return found


def _broken(path: Path, text: str, problems: list[Problem]) -> SettingsBroken:
    shown = without_secrets(_refused_hidden(text, problems))
    return SettingsBroken(path, [render(problem, shown, default_lang()) for problem in in_order(problems)])


def _refused_hidden(text: str, problems: list[Problem]) -> str:
    """The text without the values of keys that were refused as secrets, whatever these are called. Pure."""
    lines = text.split("\n")
    for problem in problems:
        if problem.code == "D-SECRET-IN-YAML":
            place, end = problem.span.line - 1, problem.span.end_column - 1
            hidden = AFTER_KEY.sub(_starred, lines[place][end:])
            lines[place] = lines[place][:end] + hidden
    return "\n".join(lines)


def _problem(node: Node | None, path: Path, model: type[BaseModel], item: ErrorDetails) -> Problem:
    loc, ctx = tuple(item["loc"]), dict(item.get("ctx") or {})
    if "zh" in ctx:
        return _own(node, path, loc, ctx)
    key = str(loc[-1]) if loc else ""
    zh, en = WORDS.get(item["type"], (item["msg"], item["msg"]))
    facts = {**ctx, "key": key}
    in_chinese = {**facts, "expected": str(ctx.get("expected", "")).replace(" or ", " 或 ")}
    extra = item["type"] == "extra_forbidden"
    if extra and (key.lower() in SECRET_KEYS or (loc[0] == "channels" and key in ("key", "url"))):
        return _own(node, path, loc, secret_refusal(key, loc).context or {}, of_key=True)
    known = _fields(model, loc[:-1]) if extra else []
    close = nearest(key, known)
    allowed = (*close, *(one for one in known if one not in close))
    return Problem(
        "D-SETTINGS", str(path), span_of(node, loc, of_key=extra), zh.format(**in_chinese), en.format(**facts),
        found=key if extra else "", allowed=allowed, fix=close[0] if close else "",
    )  # fmt: skip


def _own(node: Node | None, path: Path, loc: Loc, ctx: Facts[str, Any], *, of_key: bool = False) -> Problem:
    """A validator of ours has said itself."""
    return Problem(
        ctx["code"], str(path), span_of(node, loc, of_key=of_key), ctx["zh"], ctx["en"],
        ctx.get("found", ""), tuple(ctx.get("allowed", ())), ctx.get("fix", ""),
    )  # fmt: skip


def span_of(node: Node | None, loc: Loc, *, of_key: bool = False) -> Span:
    """Where in the file an error is, as near as the file has it; `of_key`: the key itself and not its value."""
    span, here = Span(), node
    for part in loc:
        if isinstance(here, Mapping) and (pair := next((p for p in here.pairs if p[0].text == str(part)), None)):
            span, here = pair[0].span, pair[1]
        elif isinstance(here, Sequence) and isinstance(part, int) and part < len(here.items):
            here = here.items[part]
            span = here.span
        else:
            return here.span if here is not None else span
    return span if of_key or here is None else here.span


def _fields(model: Any, loc: Loc) -> list[str]:
    """The keys that may stand at a place of a file of this model; [] where any may."""
    here = model
    for part in loc:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = field.annotation if field else None
        else:
            here = next((one for one in reversed(get_args(here)) if one is not type(None)), None)
    return sorted(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []
