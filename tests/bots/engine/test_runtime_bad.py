"""Every folder of `tests/runtime_bad` holds a flow that fails while it runs and, in `error.txt`, all that is said.

Played by the real engine on the fake browser; how the shop misbehaves stands below, by the folder's name.
"""

import csv
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.browser.fake import FakePage, Then, button, hide, link, row, text
from bots.browser.fake import field as form_field
from bots.engine import RunResult
from bots.errors import BrowserClosed, ConnectionLost, OptionMissing, PageTimeout
from bots.failuretext import WHO_ACTS, told
from bots.steps import STEPS
from schedules.problems import EXIT_CODES
from tests.bots.engine.rig import Rig, read_flow, read_site
from tests.bots.engine.shop import SELECTORS, Shop, xlsx, zipped

FOLDER = Path(__file__).parents[2] / "runtime_bad"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
ACCEPT = os.environ.get("YEBAN_ACCEPT") == "1"
"""Set YEBAN_ACCEPT=1 to write down what is said now as what is to be said; read the difference before committing."""


@dataclass
class Trouble:
    """How the shop misbehaves, and what the run is given."""

    shop: Callable[[Shop], object] = field(default=lambda shop: None)
    inputs: Mapping[str, object] = field(default_factory=dict)
    signed_in: bool = True
    secrets: Mapping[str, str] | None = None


def on(address: str, *elements: object) -> Callable[[Shop], None]:
    """The page at `address` has these elements too."""

    def draw(shop: Shop) -> None:
        shop.site.pages[address] += list(elements)  # type: ignore[arg-type]

    return draw


def fails(error: Exception) -> Then:
    """A click that ends in an error of the browser's."""

    def clicked(_page: FakePage) -> None:
        raise error

    return clicked


def answers(*files: tuple[str, bytes]) -> Callable[[Shop], None]:
    """The shop sends these files."""

    def give(shop: Shop) -> None:
        shop.files = list(files)

    return give


def status(address: str, code: int) -> Callable[[Shop], None]:
    """The page at `address` is answered with this status."""

    def set_it(shop: Shop) -> None:
        shop.site.statuses[address] = code

    return set_it


def signs_out(shop: Shop) -> None:
    """Whatever is clicked, the shop shows its sign-in page."""
    shop.sign_out_at_clicks = set(range(1, 50))


def loses_answers(shop: Shop) -> None:
    """The answer to every effect is lost, and no state is shown."""
    shop.lose_answers = 99


CUT = zipped("订单.csv", b"1" * 4000)[:-40]
CUT_OFF = ConnectionLost("http://shop/x", "ERR_CONNECTION_RESET")
NO_SUCH = OptionMissing("快递公司", "中通", ["顺丰", "圆通"])
TROUBLES: dict[str, Trouble] = {
    "r006_two_buttons": Trouble(on("/form", button("保存"), button("保存"))),
    "r007_two_in_rows": Trouble(
        on("/form", row("丙", "1"), button("改", place="丙"), row("丁", "2"), button("改", place="丁"))
    ),
    "r008_grey_button": Trouble(on("/form", button("提交", enabled=False))),
    "r009_link_gone": Trouble(on("/form", link("过期", hide("过期")))),
    "r013_server_fails": Trouble(status("/orders", 502)),
    "r014_page_slow": Trouble(on("/form", button("慢", fails(PageTimeout("http://shop/slow", 30_000))))),
    "r015_connection_lost": Trouble(on("/form", button("断", fails(CUT_OFF)))),
    "r016_browser_closed": Trouble(on("/form", button("崩", fails(BrowserClosed("Target crashed"))))),
    "r017_option_missing": Trouble(on("/form", button("选", fails(NO_SUCH)))),
    "r018_html_for_workbook": Trouble(answers(("订单.xlsx", "<html><title>请重新登录</title>".encode()))),
    "r019_cut_download": Trouble(answers(("订单.zip", CUT))),
    "r020_empty_file": Trouble(answers(("订单.xlsx", xlsx(("订单号", "下单时间"))))),
    "r021_too_few_rows": Trouble(answers(("订单.xlsx", xlsx(("订单号",), ("1",))))),
    "r022_wrong_header": Trouble(answers(("订单.xlsx", xlsx(("编号",), ("1",))))),
    "r023_download_never_comes": Trouble(on("/orders", button("没有文件"))),
    "r030_wrong_password": Trouble(on("/login", text("x")), signed_in=False),
    "r031_secret_missing": Trouble(signed_in=False, secrets={}),
    "r032_signed_out_again": Trouble(signs_out),
    "r041_effect_unclear": Trouble(loses_answers),
    "r042_input_date": Trouble(inputs={"day": "昨天下午"}),
    "r043_input_choice": Trouble(inputs={"way": "丙"}),
    "r044_input_unknown": Trouble(inputs={"dya": "2026-11-20"}),
    "r045_file_wrong_type": Trouble(inputs={"sheet": "清单.pdf"}),
    "r046_sheet_missing": Trouble(inputs={"sheet": "/nowhere/清单.xlsx"}),
    "r047_secret_in_message": Trouble(on("/form", form_field("密钥"))),
}  # fmt: skip


def rows_of(case: Path) -> list[dict[str, str]] | None:
    """The case's sheet."""
    sheet = case / "rows.csv"
    return list(csv.DictReader(sheet.open(encoding="utf-8"))) if sheet.exists() else None


def scrubbed(said: str, folder: Path) -> str:
    """The text without what differs from run to run: folders and measured times."""
    said = said.replace(folder.as_posix(), "…")
    return re.sub(r"\d+( 毫秒| ms)", r"N\1", said)


async def played(case: Path, folder: Path, lang: str = "zh") -> RunResult:
    """The end of the case's run, for a person who reads `lang`."""
    trouble = TROUBLES.get(case.name, Trouble())
    shop = Shop("1", "2", "3", signed_in=trouble.signed_in)
    trouble.shop(shop)
    rig = Rig(shop.site, read_site(SELECTORS), folder, lang=lang)
    if trouble.secrets is not None:
        rig.secrets = dict(trouble.secrets)
    flow = read_flow((case / "flow.yaml").read_text("utf-8"), f"flows/{case.name}.yaml")
    return await rig.run(flow, rows_of(case), trouble.inputs)


def said_of(result: RunResult, lang: str) -> str:
    """All that a person reads of a failed run: its failures, each kind once, its end, who acts, and the exit code."""
    kinds = {(one.code, one.item): one for one in result.failures}
    ends = [f"{one['key']} {one['outcome']} {one['reason']}".rstrip() for one in result.results]
    who = result.who or {"failed": "site", "person": "person", "rejected_some": "business"}.get(result.state, "site")
    last = f"— {result.state} {result.code} {result.message}".replace("  ", " ")
    act = f"{WHO_ACTS[who][lang == 'en']} ({EXIT_CODES[who]})"
    return "\n\n".join([*(told(one, lang) for one in kinds.values()), "\n".join([*ends, last, result.hint, act])])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_says_exactly_this(case: Path, tmp_path: Path) -> None:
    """A run that fails says exactly what was once read and accepted, in both languages, and never a traceback."""
    result = await played(case, tmp_path)
    assert result.state != "done" or result.failures
    english = await played(case, tmp_path / "en", "en")
    said = scrubbed(f"{said_of(result, 'zh')}\n\n{'=' * 80}\n\n{said_of(english, 'en')}\n", tmp_path)
    golden = case / "error.txt"
    if ACCEPT:
        golden.write_text(said, "utf-8", newline="\n")
    assert said == golden.read_text("utf-8")
    assert "Traceback" not in said
    for secret in ("s3cret-pass", "JBSWY3DPEHPK3PXP"):
        assert secret not in said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_every_failure_is_complete(case: Path, tmp_path: Path) -> None:
    """Each failure has its step, line and column, says what to do and what happens next, and what it names is there."""
    result = await played(case, tmp_path)
    assert result.failures or result.code or result.results
    for failure in result.failures:
        assert failure.step
        assert failure.where.startswith("flows/") or failure.where.startswith("selectors/")
        assert failure.column >= 1
        assert failure.hint
        assert failure.hint_en
        assert failure.next
        assert failure.next_en
        assert failure.who in WHO_ACTS
        for path in (*failure.pictures, *failure.snapshots):
            assert (result.folder / path).stat().st_size
        texts = [path.read_text("utf-8") for path in (result.folder / "evidence").glob("*.txt")]
        assert any(failure.code in one and failure.message in one for one in texts)


def test_there_are_enough_cases() -> None:
    """At least 40 ways to fail are kept, and every trouble that is described belongs to one."""
    assert len(CASES) >= 40
    assert set(TROUBLES) <= {case.name for case in CASES}
    assert STEPS
