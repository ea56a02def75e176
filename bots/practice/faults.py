"""How the practice mall misbehaves when it is told to: one small function per fault, all in `FAULTS`.

A request's `Turn` says what it is going to get. A fault is rolled once per request of a kind it applies to and
changes the turn; the handlers then do what the turn says. Nothing here touches the database.
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PAGE, API, EXPORT, EFFECT, DOWNLOAD = "page", "api", "export", "effect", "download"
ENTRY, SIGN_IN = "entry", "sign_in"  # the sign-in page and its requests: nobody is signed in yet
SIGNED_IN = frozenset({PAGE, API, EXPORT, EFFECT, DOWNLOAD})
ANY_REQUEST = SIGNED_IN | {ENTRY, SIGN_IN}
ANY_PAGE = frozenset({PAGE, ENTRY})
SLOW_S = (0.6, 2.5)


@dataclass
class Turn:
    """What one request will get. `look` holds the page variants that are on; `struck` the faults that hit."""

    kind: str
    site: str
    rng: random.Random
    delay_s: float = 0.0
    broken: bool = False
    session_ends: bool = False
    captcha: bool = False
    export_fails: bool = False
    answer_lost: str = ""
    download: str = ""
    suffix: str = ""
    look: set[str] = field(default_factory=set)
    struck: list[str] = field(default_factory=list)


def slow(turn: Turn) -> None:
    """The answer takes its time."""
    turn.delay_s = turn.rng.uniform(*SLOW_S)


def error_500(turn: Turn) -> None:
    """The server answers 500 before doing anything."""
    turn.broken = True


def session_expired(turn: Turn) -> None:
    """The session is thrown away at this click."""
    turn.session_ends = True


def captcha(turn: Turn) -> None:
    """Nothing goes on before a picture has been read."""
    turn.captcha = True


def popup(turn: Turn) -> None:
    """A notice dialog covers the page until it is closed."""
    turn.look.add("popup")


def notice(turn: Turn) -> None:
    """A notification covers the right-hand corner, where the buttons are."""
    turn.look.add("notice")


def renamed(turn: Turn) -> None:
    """Ids, classes and test ids carry another suffix on this page load."""
    turn.suffix = f"{turn.rng.randrange(0x1000, 0xFFFF):x}"


def moved_columns(turn: Turn) -> None:
    """Table columns stand in another order."""
    turn.look.add("moved")


def changed_labels(turn: Turn) -> None:
    """Buttons and fields are called something else with the same meaning."""
    turn.look.add("labels")


def export_failed(turn: Turn) -> None:
    """The export task ends as 失败."""
    turn.export_fails = True


def download_cut(turn: Turn) -> None:
    """The file ends in the middle, sometimes noticed by the browser, sometimes not."""
    turn.download = turn.rng.choice(("cut", "short"))


def html_as_xlsx(turn: Turn) -> None:
    """The download has the right name, and an HTML error page inside."""
    turn.download = "html"


def lost_answer(turn: Turn) -> None:
    """The effect happens, the answer does not arrive."""
    turn.answer_lost = turn.rng.choice(("dropped", "bad_gateway"))


@dataclass(frozen=True)
class Fault:
    """One way to misbehave: what it says in Chinese, which requests it hits, what it does to the turn."""

    sentence: str
    kinds: frozenset[str]
    act: Callable[[Turn], None]


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "captcha": Fault("页面要求输入图形验证码，输对才能继续。", SIGNED_IN - {DOWNLOAD}, captcha),
        "changed_labels": Fault("按钮和字段换了说法，例如“查询”变成“搜索”。", ANY_PAGE, changed_labels),
        "download_cut": Fault("文件下载到一半就断了。", frozenset({DOWNLOAD}), download_cut),
        "error_500": Fault("页面或接口返回 500，什么都没有做。", ANY_REQUEST, error_500),
        "export_failed": Fault("导出任务生成失败。", frozenset({EXPORT}), export_failed),
        "html_as_xlsx": Fault("下载到的 xlsx 其实是一个网页错误页。", frozenset({DOWNLOAD}), html_as_xlsx),
        "lost_answer": Fault("操作已经生效，但回应在路上丢了。", frozenset({EFFECT, EXPORT}), lost_answer),
        "moved_columns": Fault("表格的列换了顺序。", frozenset({PAGE}), moved_columns),
        "notice": Fault("右上角弹出通知，盖住按钮。", ANY_PAGE, notice),
        "popup": Fault("整页弹出公告，要点“我知道了”才能继续。", ANY_PAGE, popup),
        "renamed": Fault("元素的 id、class 和 data-testid 都换了名字。", ANY_PAGE, renamed),
        "session_expired": Fault("任意一次点击时登录失效，要重新登录。", SIGNED_IN, session_expired),
        "slow": Fault("响应很慢。", ANY_REQUEST, slow),
    }
)


class Weather:
    """Which faults are on and how often; every roll comes from one seeded generator, safe from any thread."""

    def __init__(self, seed: int, chances: Mapping[str, float] | None = None) -> None:
        self._rng = random.Random(seed)
        self._lock = threading.Lock()
        self._chances: dict[str, float] = {}
        self.set(chances or {})

    def set(self, chances: Mapping[str, float]) -> None:
        """Replace all probabilities. Raises ValueError for an unknown name or a number outside 0 to 1."""
        for name, chance in chances.items():
            if name not in FAULTS:
                raise ValueError(f"没有名为 {name} 的故障，可用：{'、'.join(FAULTS)}")
            if not 0 <= chance <= 1:
                raise ValueError(f"{name} 的概率应在 0 到 1 之间，收到 {chance}")
        with self._lock:
            self._chances = {name: float(chance) for name, chance in chances.items() if chance > 0}

    def describe(self) -> list[dict[str, object]]:
        """All faults with their sentence and the probability that is on now."""
        with self._lock:
            chances = dict(self._chances)
        return [
            {"name": name, "sentence": fault.sentence, "probability": chances.get(name, 0.0)}
            for name, fault in FAULTS.items()
        ]

    def turn(self, kind: str, site: str) -> Turn:
        """Roll every fault that applies to this kind of request, in alphabetical order."""
        with self._lock:
            turn = Turn(kind, site, random.Random(self._rng.random()))
            for name in sorted(self._chances):
                fault = FAULTS[name]
                if kind in fault.kinds and self._rng.random() < self._chances[name]:
                    fault.act(turn)
                    turn.struck.append(name)
        return turn
