"""What is not documented makes the build red."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bots.flow.codes import CODES
from bots.steps import STEPS
from schedules.cli.reference import verbs_page
from schedules.cli.whole import app
from schedules.settings import ROOT, AccountSettings, Settings, ShopSettings
from schedules.shelf import FLOWS, load_flow
from storage.documents.kinds import KINDS
from storage.reports import REPORTS

README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "schedules" / "COMMANDS.md").read_text("utf-8")
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_explained(name: str) -> None:
    """Each command stands in README's lists in both languages, and in both tables of schedules/COMMANDS.md."""
    assert README.count(f"`{name}`") >= 2
    chinese, english = GUIDE.split("\n---\n")
    for table in (chinese, english):
        assert re.search(rf"^\|.*`[^`|]*\b{name}\b", table, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    """Each command says itself in Chinese and English and shows an example."""
    command = COMMANDS[name]
    texts = [command.help or "", *(sub.help or "" for sub in getattr(command, "commands", {}).values())]
    help_text = "\n".join(texts)
    assert re.search(r"[\u4e00-\u9fff]", help_text)
    assert re.search(r"[A-Za-z]{4,} [a-z]+", help_text)
    assert f"yeban {name}" in help_text


def test_every_setting_is_explained() -> None:
    """Each key of settings.yaml stands in schedules/COMMANDS.md, in both languages."""
    missing = [
        name
        for model in (Settings, AccountSettings, ShopSettings)
        for name in model.model_fields
        if name != "home" and any(f"`{name}`" not in part for part in GUIDE.split("\n---\n"))
    ]
    assert missing == []


def test_the_verbs_page_is_fresh() -> None:
    """flows/VERBS.md is what the verbs say of themselves today: `yeban reference --write` renews it."""
    assert (FLOWS / "VERBS.md").read_text("utf-8") == verbs_page()


@pytest.mark.parametrize("verb", sorted(STEPS))
def test_every_verb_is_complete(verb: str) -> None:
    """Each verb has a Chinese name, titles in both languages, a docstring and an example."""
    step = STEPS[verb]
    assert step.zh
    assert step.title.zh
    assert step.title.en
    assert (step.__doc__ or "").strip()
    assert step.example.strip()


def test_chinese_verb_names_are_unique() -> None:
    """No two verbs share a Chinese name."""
    names = [step.zh for step in STEPS.values()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("path", sorted(FLOWS.rglob("*.yaml")), ids=lambda path: path.relative_to(FLOWS).as_posix())
def test_every_shipped_flow_is_clean(path: Path) -> None:
    """`yeban check` finds nothing in the flows we ship: they are the manual's examples."""
    loaded = load_flow(path)
    assert loaded.rendered(list(loaded.problems), "zh") == []


def test_the_contents_of_the_readme_lead_to_its_sections() -> None:
    """Every link within README goes to a heading that is there, and every file that it names is."""
    heads = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", README, re.M)}
    assert sorted(set(re.findall(r"\]\(#([^)]+)\)", README)) - heads) == []
    files = {link.partition("#")[0] for link in re.findall(r"\]\(([^)#:]+(?:#[^)]*)?)\)", README)}
    assert sorted(link for link in files if link and not (ROOT / link).exists()) == []


def test_the_readme_example_is_a_flow_that_checks() -> None:
    """The first flow of README is correct."""
    from bots.flow.parse import parse

    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block is not None
    text = "\n".join(line[3:] if line.startswith("   ") else line for line in block.group(1).splitlines())
    parsed = parse(text, "README.md", STEPS)
    assert [problem.zh for problem in parsed.problems] == []
    assert parsed.flow is not None


def test_kinds_and_reports_have_titles() -> None:
    """Each document kind says its title and how far it is verified; each report has a title."""
    for kind in KINDS.values():
        assert kind.TITLE
        assert kind.VERIFIED
    for report in REPORTS.values():
        assert report.__doc__ or getattr(report, "TITLE", "")


def test_problem_codes_are_documented() -> None:
    """Each stable code of the language has its sentence in the table of codes."""
    sources = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "bots" / "flow").glob("*.py")))
    used = set(re.findall(r'"([EW]-[A-Z][A-Z-]+)"', sources))
    assert used
    assert used - set(CODES) == set()
