"""The commands of who writes flows, typed as on a terminal: new, plan, step, resume, run --dry-run, fmt, schema."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from schedules import shelf
from schedules.cli import schema_file
from schedules.cli.run_command import conclude
from schedules.new_flow import value_of
from schedules.plan import Job
from schedules.settings import ROOT
from schedules.shelf import load_flow
from schedules.warm import __main__ as warm
from schedules.work import Ended
from storage.ingest import Ingested
from tests.support.command_line import Yeban
from tests.support.example_site import ExampleSite, example_site

SELECTORS = """
site: shop
title: 小店
base: ${base_url}
pages:
  商品管理:
    url: /products
    elements:
      商品行: [{row: "${商品ID}"}]
"""

DELIST = """\
title: 批量下架
site: shop
inputs:
  sheet: {title: 清单, type: file, accept: [csv]}
items:
  from: ${sheet}
  key: ${商品ID}
  retries: 0
before: [{open: 商品管理}]
steps:
  - click: {in: 商品行, name: 选中}
    timeout: 1s
  - once: 下架-${商品ID}
    unless: {visible: {in: 商品行, name: 已下架}}
    do:
      - click: {in: 商品行, name: 下架}
    verify: {visible: {in: 商品行, name: 已下架}}
"""


def product(number: str, *, broken: bool = False, off: bool = False) -> str:
    """A row of the product page; 下架 tells the server and shows it."""
    mark = "已下架" if off else "出售中"
    choose = "" if broken else "<button>选中</button>"
    click = f"fetch('/api/off-{number}'); this.closest('tr').cells[1].textContent = '已下架'"
    return f'<tr><td>{number}</td><td>{mark}</td><td>{choose}<button onclick="{click}">下架</button></td></tr>'


def products(*rows: str) -> str:
    """The product page."""
    return "<table><tr><th>商品ID</th><th>状态</th><th></th></tr>" + "".join(rows) + "</table>"


@dataclass
class Shop:
    """A small site, a home whose settings know its account, and a folder for flows."""

    site: ExampleSite
    folder: Path
    flows: dict[str, Path] = field(default_factory=dict)

    @property
    def taken_off(self) -> list[str]:
        """Which products the server was told to take off, in order."""
        return [path.removeprefix("/api/off-") for path in self.site.asked if path.startswith("/api/off-")]

    def flow(self, text: str) -> Path:
        """A flow file with this text."""
        path = self.folder / "flow.yaml"
        path.write_text(text, "utf-8")
        return path

    def sheet(self, *numbers: str) -> Path:
        """A sheet with these products."""
        path = self.folder / "sheet.csv"
        path.write_text("商品ID\n" + "\n".join(numbers) + "\n", "utf-8")
        return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def yeban(yeban: Yeban, home: Path, monkeypatch: pytest.MonkeyPatch) -> Yeban:
    """The schema is written into the home."""
    monkeypatch.setattr(schema_file, "SCHEMA_FILE", home / "yeban.schema.json")
    return yeban


@pytest.fixture
def shop(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The small site, running, with its element library and account."""
    selectors = tmp_path / "selectors"
    selectors.mkdir()
    (selectors / "shop.yaml").write_text(SELECTORS, "utf-8")
    monkeypatch.setattr("schedules.shelf.SELECTORS", selectors)
    with example_site() as site:
        account = f"{{site: shop, username: seller, shop: shop_a, base_url: '{site.address}'}}"
        (home / "settings.yaml").write_text(f"accounts:\n  seller: {account}\n", "utf-8")
        site.pages.update({f"/api/off-{number}": "{}" for number in ("1001", "1002", "1003")})
        yield Shop(site, tmp_path)


@pytest.mark.browser
def test_resume_goes_on_and_repeats_nothing(shop: Shop, yeban: Yeban) -> None:
    """A run that failed at its second row goes on with it; the first row's effect is not done again."""
    flow, sheet = shop.flow(DELIST), shop.sheet("1001", "1002")
    shop.site.pages["/products"] = products(product("1001"), product("1002", broken=True))
    code, text = yeban("run", flow, "-a", "seller", "-i", f"sheet={sheet}")
    assert (code, shop.taken_off) == (3, ["1001"]), text
    shop.site.pages["/products"] = products(product("1001"), product("1002"))
    code, text = yeban("resume")
    assert (code, shop.taken_off) == (0, ["1001", "1002"]), text
    assert "接着做：" in text
    assert "没有做到一半的运行。" in yeban("resume")[1]
    code, text = yeban("resume", "2020-01-01-nothing")
    assert code == 2
    assert "没有还没做完的运行「2020-01-01-nothing」" in text


@pytest.mark.browser
def test_a_dry_run_shows_each_effect_and_leaves_the_real_run_alone(shop: Shop, yeban: Yeban) -> None:
    """What would be done is said with values and a picture; nothing is done, and what was done keeps its papers."""
    flow, sheet = shop.flow(DELIST), shop.sheet("1001", "1002")
    shop.site.pages["/products"] = products(product("1001"), product("1002", off=True))
    code, text = yeban("run", flow, "-a", "seller", "-i", f"sheet={sheet}", "--dry-run")
    assert (code, shop.taken_off) == (0, []), text
    (dry,) = (shop.folder / "home" / "runs").iterdir()
    page = (dry / "index.html").read_text("utf-8")
    assert (
        "到「下架-1001」为止，没有做。会做：点击“商品行”里的“下架”。值：商品ID = 1001。页面：evidence/dry-001.png"
        in page
    )
    assert "「下架-1002」页面上已经是这样，不用做" in page
    assert (dry / "evidence" / "dry-001.png").exists()
    code, text = yeban("run", flow, "-a", "seller", "-i", f"sheet={sheet}")
    assert (code, shop.taken_off) == (0, ["1001"]), text
    (real,) = (one for one in (shop.folder / "home" / "runs").iterdir() if one != dry)
    before = (real / "manifest.json").read_bytes()
    yeban("run", flow, "-a", "seller", "-i", f"sheet={sheet}", "--dry-run")
    assert (real / "manifest.json").read_bytes() == before


@pytest.mark.browser
def test_one_step_alone(shop: Shop, yeban: Yeban) -> None:
    """A step is run by its line or name on the page that the flow opens before it; once is done only when asked."""
    flow = shop.flow(DELIST.replace("  - once", "  - read: {in: 商品行, name: 状态格}\n    as: state\n  - once"))
    shop.site.pages["/products"] = products(product("1001")).replace("<td>出售中", "<td aria-label=状态格>出售中")
    code, text = yeban("step", flow, "读取", "-a", "seller", "-i", "商品ID=1001")
    assert code == 0, text
    assert "state = 出售中" in text
    line = DELIST.split("\n").index("  - once: 下架-${商品ID}") + 3
    code, text = yeban("step", flow, line, "-a", "seller", "-i", "商品ID=1001")
    assert (code, shop.taken_off) == (0, []), text
    assert "到「下架-1001」为止，没有做" in text
    code, text = yeban("step", flow, line, "-a", "seller", "-i", "商品ID=1001", "--do")
    assert (code, shop.taken_off) == (0, ["1001"]), text


def test_a_step_that_is_not_there_names_those_that_are(shop: Shop, yeban: Yeban) -> None:
    """An unknown line or name lists the steps with their lines."""
    code, text = yeban("step", shop.flow(DELIST), "99", "-a", "seller")
    assert code == 2
    assert "没有「99」这一步" in text
    assert "11: 点击“商品行”里的“选中”" in text


def test_plan_says_what_is_still_to_be_given(shop: Shop, yeban: Yeban) -> None:
    """Inputs that are given are filled in, today is known, the rest is named; a wrong one is refused in words."""
    text = "title: 试验\nsite: shop\ninputs: {day: {type: date, default: yesterday}, who: 谁}\nsteps:\n"
    flow = shop.flow(text + "  - note: ${day} ${who} ${month(today)}\n")
    code, said = yeban("plan", flow, "-i", "day=2026-11-20")
    assert code == 0
    assert "2026-11-20 ${who} 20" in said
    assert "运行时还要给：谁  -i who=…" in said
    code, said = yeban("plan", flow, "-i", "dya=2026-11-20")
    assert code == 2
    assert "流程没有叫“dya”的输入" in said


NEW = [
    ("export", {"page": "订单管理", "button": "导出订单"}),
    ("export", {"page": "订单管理"}),
    ("rows", {"page": "商品管理", "button": "下架", "done": "已下架"}),
    ("rows", {"page": "商品管理", "button": "保存", "done": "保存成功", "columns": "商品ID,新 价格: 元"}),
    ("scrape", {"page": "商品管理", "columns": "商品ID,状态"}),
    ("scrape", {"page": "库存管理"}),
]


@pytest.mark.parametrize(("what", "options"), NEW, ids=lambda one: one if isinstance(one, str) else "-".join(one))
def test_a_new_flow_passes_the_check(yeban: Yeban, tmp_path: Path, what: str, options: dict[str, str]) -> None:
    """Options answer every question; the flow that is written has no problem, and says what a person would."""
    file = tmp_path / "flow.yaml"
    given = [part for name, value in options.items() for part in (f"--{name}", value)]
    code, text = yeban("new", file, "--title", "试验: 流程", "--site", "practice", "--what", what, *given, "--no-ask")
    assert code == 0, text
    loaded = load_flow(file)
    assert loaded.rendered(list(loaded.problems), "zh") == []
    written = file.read_text("utf-8")
    assert written.startswith("# yaml-language-server: $schema=")
    assert loaded.flow is not None
    assert loaded.flow.title == "试验: 流程"
    assert [step.verb for step in loaded.flow.steps][-1] == {"export": "export", "rows": "once", "scrape": "note"}[what]
    code, text = yeban("new", file, "--title", "试验", "--site", "practice", "--what", what, *given, "--no-ask")
    assert code == 2
    assert file.read_text("utf-8") == written


@pytest.mark.parametrize(("given", "written"), [("单", "单.yaml"), ("单.txt", "单.txt.yaml"), ("单.yml", "单.yml")])
def test_what_new_has_written_the_next_command_finds(yeban: Yeban, tmp_path: Path, given: str, written: str) -> None:
    """The commands that are shown at the end work, whatever ending was typed."""
    what = ["--title", "单", "--site", "practice", "--what", "export", "--page", "订单管理", "--button", "导出订单"]
    code, text = yeban("new", tmp_path / given, *what, "--no-ask")
    assert (code, written in text) == (0, True), text
    assert yeban("plan", tmp_path / written)[0] == 0


def test_new_asks_for_what_is_lacking(yeban: Yeban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without options the questions are asked, with the site's own pages and buttons to choose from."""
    answers = iter(["下载订单", "practice", "1", "订单管理"])
    asked: list[str] = []

    def prompt(question: str, default: str = "") -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr("typer.prompt", prompt)
    code, text = yeban("new", tmp_path / "flow.yaml")
    assert code == 0, text
    assert asked == ["这个流程叫什么", "在哪个站点", "做什么", "在哪一页"]
    assert "订单管理" in text
    assert "start: 导出订单" in (tmp_path / "flow.yaml").read_text("utf-8")


def test_new_names_what_is_lacking(yeban: Yeban, tmp_path: Path) -> None:
    """Without questions, what has not been said is named as options, and nothing is written."""
    code, text = yeban("new", tmp_path / "flow.yaml", "--site", "practice", "--what", "rows", "--no-ask")
    assert code == 2
    assert "还缺：--title --page --button --columns --done" in text
    assert not (tmp_path / "flow.yaml").exists()


@pytest.mark.parametrize(
    ("column", "written"), [("商品ID", "${商品ID}"), ("新 价格", '${row["新 价格"]}'), ('a"b', '${row["a\\"b"]}')]
)
def test_any_column_can_be_named(column: str, written: str) -> None:
    """A column that is no name is taken from the row by its text."""
    assert value_of(column) == written


def test_schema_is_written_where_flows_look_for_it(
    yeban: Yeban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--write renews the file that the first line of a flow names; without it the schema is printed."""
    file = tmp_path / "yeban.schema.json"
    monkeypatch.setattr(schema_file, "SCHEMA_FILE", file)
    assert yeban("schema", "--write")[0] == 0
    code, printed = yeban("schema")
    assert code == 0
    assert json.loads(printed) == json.loads(file.read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(schema_file.FILES))
def test_schema_of_a_file_of_settings(name: str) -> None:
    """An editor knows every key that the file may have and refuses others; each reference has its definition."""
    schema = schema_file.file_schema(name)
    text = json.dumps(schema)
    assert set(re.findall(r'"#/\$defs/(\w+)"', text)) == set(schema.get("$defs", {}))
    assert schema["additionalProperties"] is False
    assert "home" not in schema["properties"]


def test_schema_of_deliveries(yeban: Yeban, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rule may say is offered, kinds of files by name; --write puts it beside the file; a slip is answered."""
    monkeypatch.setattr(schema_file, "default_home", lambda: tmp_path)
    assert yeban("schema", "--file", "delivery", "--write")[0] == 0
    rule = json.loads((tmp_path / "delivery.schema.json").read_text("utf-8"))["$defs"]["Rule"]
    assert {"folder", "sftp", "s3", "mail", "since"} < set(rule["properties"])
    assert "bank" in rule["properties"]["kinds"]["items"]["anyOf"][0]["enum"]
    code, said = yeban("schema", "--file", "deliveries")
    assert (code, "delivery、feeds" in said) == (2, True)


def test_schema_of_a_function(yeban: Yeban, tmp_path: Path) -> None:
    """The schema that a function's form is made from is printed; a function that is not there is said in words."""
    (tmp_path / "prices.py").write_text(
        "from decimal import Decimal\n\n\ndef new_price(cost: Decimal) -> Decimal:\n    return cost\n", "utf-8"
    )
    code, printed = yeban("schema", "--function", f"{tmp_path}/prices.py:new_price")
    assert code == 0, printed
    assert json.loads(printed)["required"] == ["cost"]
    code, printed = yeban("schema", "--function", f"{tmp_path}/prices.py:old_price")
    assert code == 2
    assert "文件里有 new_price" in printed


@pytest.mark.parametrize("path", sorted((ROOT / "flows" / "practice").glob("*.yaml")), ids=lambda path: path.stem)
def test_fmt_keeps_comments_and_layout(yeban: Yeban, path: Path, tmp_path: Path) -> None:
    """Into Chinese and back is the same file byte for byte: words change, comments and lines do not."""
    file = tmp_path / path.name
    file.write_bytes(path.read_bytes())
    assert yeban("fmt", file, "--lang", "en", "--write")[0] == 0
    english = file.read_bytes()
    assert yeban("fmt", file, "--lang", "zh", "--write")[0] == 0
    chinese = file.read_bytes()
    assert chinese != english
    comments = re.compile(rb"(?:^|\s)#.*")
    assert comments.findall(chinese) == comments.findall(path.read_bytes())
    assert chinese.count(b"\n") == english.count(b"\n")
    assert yeban("fmt", file, "--lang", "en", "--write")[0] == 0
    assert file.read_bytes() == english


def test_fmt_refuses_in_words(yeban: Yeban, tmp_path: Path) -> None:
    """A language that is none and a file with errors are refused; the file stays as it is."""
    file = tmp_path / "flow.yaml"
    file.write_text("title: x\nsteps:\n  - clik: a\n", "utf-8")
    assert yeban("fmt", file, "--lang", "fr")[0] == 2
    code, text = yeban("fmt", file, "--lang", "zh", "--write")
    assert code == 2
    assert "第 3 行" in text
    assert file.read_text("utf-8") == "title: x\nsteps:\n  - clik: a\n"


@pytest.mark.parametrize(
    ("encoding", "called"), [("gbk", "GBK（记事本里叫 ANSI）"), ("utf-16", "UTF-16"), ("", "可能选错了文件")]
)
def test_a_file_in_another_encoding_is_named(yeban: Yeban, tmp_path: Path, encoding: str, called: str) -> None:
    """Notepad's ANSI and Unicode are told apart and the place is shown; the other files are checked all the same."""
    text = "site: practice\ntitle: 看看订单\nsteps:\n  - login\n"
    (tmp_path / "a.yaml").write_bytes(text.encode(encoding) if encoding else b"\xff\x00\x80" * 9)
    (tmp_path / "b.yaml").write_text(text.replace("login", "logni"), "utf-8")
    code, said = yeban("check", tmp_path)
    assert code == 2
    assert called in said and "E-ENCODING" in said and "logni" in said
    if encoding == "gbk":
        assert "a.yaml:2:8" in said and "title: 看看订单" in said
    for command in ("fmt", "plan"):
        code, said = yeban(command, tmp_path / "a.yaml")
        assert (code, called in said) == (2, True), said


def test_a_file_that_is_not_in_the_books_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that brought a file which nobody could read does not end as if all were well with it."""
    job = Job("k", "run-1", date(2026, 11, 23), "run", 0, "practice/orders", "seller_a", "", {})
    files = [
        Ingested("a" * 64, "订单.xlsx", "practice_orders", "read", rows=8),
        Ingested("b" * 64, "售后.xlsx", "practice_refund", "refused", message="没有叫 practice_refund 的种类"),
    ]
    assert conclude(Ended(job, "done", "", tmp_path, files)) == 0
    said = "".join(capsys.readouterr().out.split())
    assert "没有入账：没有叫practice_refund的种类" in said
    monkeypatch.setenv("YEBAN_LANG", "en")
    conclude(Ended(job, "done", "", tmp_path, files))
    assert "notinthebooks:" in "".join(capsys.readouterr().out.split())


def test_a_slip_is_answered_before_anything_is_planned(yeban: Yeban) -> None:
    """An account that is not there leaves no run that waits; a flow that is not there is not said to be fine."""
    code, text = yeban("run", "practice/orders", "-a", "nobody")
    assert (code, "没有账号「nobody」" in text) == (2, True), text
    assert "没有做到一半的运行。" in yeban("resume")[1]
    code, text = yeban("check", "flows/practice/ordrs.yaml")
    assert (code, "practice/orders" in text) == (2, True), text
    assert yeban("check", "practice/orders")[0] == 0


def test_the_list_of_flows_is_as_the_files_are_now(
    yeban: Yeban, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was read before is parsed once, but a changed file is seen even when its size and time say nothing."""
    monkeypatch.setattr(shelf, "FLOWS", tmp_path)
    (tmp_path / "mine").mkdir()
    first, second = tmp_path / "mine" / "a.yaml", tmp_path / "mine" / "b.yaml"
    first.write_text("title: 一月\nsteps:\n  - open: 没有的页\n", "utf-8")
    second.write_text("title: 二月\nsteps:\n  - clik: a\n", "utf-8")
    assert yeban("flows")[1] == f"{'mine/a':<28}一月\n{'mine/b':<28}（有问题）\n"
    parsed = shelf._title.cache_info().misses
    assert shelf.flow_titles() == {"mine/a": "一月", "mine/b": None}
    assert shelf._title.cache_info().misses == parsed
    was = first.stat()
    first.write_text("title: 三月\nsteps:\n  - open: 没有的页\n", "utf-8")
    os.utime(first, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert first.stat().st_size == was.st_size
    second.unlink()
    assert yeban("flows") == (0, f"{'mine/a':<28}三月\n")


def test_what_the_warm_process_reads_beforehand_cannot_be_out_of_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flows, kept by their text; no element library, which one command keeps by its path alone."""
    shelf._title.cache_clear()
    shelf.read_site.cache_clear()
    warm._read_flows()
    assert shelf._title.cache_info().currsize >= len(list(shelf.FLOWS.glob("practice/*.yaml")))
    assert shelf.read_site.cache_info().currsize == 0
    monkeypatch.setattr(shelf, "flow_names", lambda: ["mine/gone"])
    warm._read_flows()  # what cannot be read is for the command to say
