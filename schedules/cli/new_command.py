"""`yeban new`: asks what is lacking, writes the flow, checks it as `yeban check` would, says what to do next."""

from dataclasses import replace
from pathlib import Path

import typer
from rich.text import Text

from bots.flow.site import Site
from schedules.cli import schema_file
from schedules.cli.screen import complaints, console, say, tell
from schedules.new_flow import WHATS, Answers, What, close_pages, file_name, filled_in, flow_text, lacking
from schedules.problems import DeskError, FlowBroken, default_lang
from schedules.shelf import FLOW_ENDINGS, FLOWS, SELECTORS, load_flow, read_site, shown_path

QUESTIONS = {
    "title": ("这个流程叫什么", "What is the flow called"),
    "site": ("在哪个站点", "On which site"),
    "page": ("在哪一页", "On which page"),
    "button": ("点哪个按钮", "Which button"),
    "columns": ("表里有哪些列（第一列是唯一键）", "Which columns has the sheet (the first is the key)"),
    "done": ("做成以后页面上显示什么", "What does the page show when a row is done"),
}
WHAT_TITLES = {
    "export": ("导出一份文件", "export a file"),
    "rows": ("对表的每一行做一件事", "do one thing to each row of a sheet"),
    "scrape": ("把页面上的表抓下来", "keep the table of a page"),
}


class AnswersLacking(DeskError):
    """A flow cannot be written from what was said."""

    who = "author"
    code = "D-NEW"

    def __init__(self, names: list[str]) -> None:
        """Facts: the answers that are lacking."""
        options = " ".join(f"--{name}" for name in names)
        super().__init__(f"还缺：{options}", f"lacking: {options}")


class FileTaken(DeskError):
    """The file is there already; nothing was written."""

    who = "author"
    code = "D-NEW-FILE"

    def __init__(self, path: Path) -> None:
        """Facts: the file."""
        super().__init__(f"{path} 已经有了，没有动它。", f"{path} is there already and was left alone.",
                         "换一个名字：yeban new 文件名", "choose another name: yeban new FILE")  # fmt: skip


def given_answers(title: str, site: str, what: str, page: str, button: str, columns: str, done: str) -> Answers:
    """The options as answers; a `what` that is none is lacking."""
    chosen: What = next((one for one in WHATS if one == what), "export")
    if what and what not in WHATS:
        raise AnswersLacking([f"what={'|'.join(WHATS)}"])
    cut = tuple(part.strip() for part in columns.replace("，", ",").split(",") if part.strip())
    return Answers(title, site, chosen if what else "export", page, button, cut, done=done)


def new_flow(answers: Answers, file: Path | None, ask: bool) -> None:
    """The flow is written and passes the check. Raises AnswersLacking, FileTaken, FlowBroken (nothing stays then)."""
    sites = sorted(path.stem for path in SELECTORS.glob("*.yaml"))
    if ask:
        answers = _asked_head(answers, sites)
    site = _site(answers.site)
    answers = filled_in(answers, site)
    if ask:
        answers = filled_in(_asked_rest(answers, site), site)
    if missing := lacking(answers):
        raise AnswersLacking(missing)
    path = _as_flow(file) if file else FLOWS / answers.site / f"{file_name(answers.title)}.yaml"
    if path.exists():
        raise FileTaken(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    schema_file.write_schema()
    path.write_text(flow_text(replace(answers, schema=_schema_beside(path)), site), "utf-8")
    _checked(path.resolve())
    tell(f"写好了：{path}", f"written: {path}", "green")
    inside = path.resolve().is_relative_to(FLOWS)
    shown = shown_path(path.resolve()).removeprefix("flows/").removesuffix(".yaml") if inside else str(path)
    for command in (f"yeban plan {shown}", f"yeban run {shown} -a {say('账号', 'ACCOUNT')} --dry-run --headed"):
        console.print(Text(f"  ./{command}"))


def _as_flow(file: Path) -> Path:
    """The file, with the ending by which every other command knows a flow."""
    return file if file.suffix in FLOW_ENDINGS else file.with_name(f"{file.name}.yaml")


def _schema_beside(path: Path) -> str:
    """The way from the flow to the schema, as editors want it: relative, with slashes."""
    from os.path import relpath

    try:
        return Path(relpath(schema_file.SCHEMA_FILE, path.resolve().parent)).as_posix()
    except ValueError:  # another drive on Windows
        return schema_file.SCHEMA_FILE.as_uri()


def _checked(path: Path) -> None:
    loaded = load_flow(path)
    if loaded.errors:
        path.unlink()
        raise FlowBroken(path, loaded.rendered(loaded.errors, default_lang()))
    for text in loaded.rendered(list(loaded.problems), default_lang()):
        complaints.print(Text(text))


def _site(name: str) -> Site | None:
    path = SELECTORS / f"{name}.yaml"
    return read_site(path)[0] if path.is_file() else None


def _asked_head(answers: Answers, sites: list[str]) -> Answers:
    title = answers.title or _prompt("title")
    site = answers.site or _prompt("site", sites)
    if answers.page:
        return replace(answers, title=title, site=site)
    choices = {f"{number}": what for number, what in enumerate(WHATS, 1)}
    for number, what in choices.items():
        console.print(Text(f"  {number}  {say(*WHAT_TITLES[what])}"))
    usual = str(WHATS.index(answers.what) + 1)
    chosen = typer.prompt(say("做什么", "What shall it do"), default=usual)
    return replace(answers, title=title, site=site, what=choices.get(chosen.strip(), answers.what))


def _asked_rest(answers: Answers, site: Site | None) -> Answers:
    while missing := lacking(answers):
        name = missing[0]
        offered = close_pages(site, "") if name == "page" and site is not None else []
        if name == "button" and site is not None and (page := site.pages.get(answers.page)) is not None:
            offered = list(page.elements)
        said = _prompt(name, offered)
        value: object = tuple(part.strip() for part in said.split(",")) if name == "columns" else said
        answers = filled_in(Answers(**{**answers.__dict__, name: value}), site)
    return answers


def _prompt(name: str, offered: list[str] | None = None) -> str:
    if offered:
        console.print(Text("  " + "  ".join(offered[:20]), style="dim"))
    return str(typer.prompt(say(*QUESTIONS[name]))).strip()
