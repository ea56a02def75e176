"""Yeban as a service: the files are what systemd and Windows read, with paths that have spaces and signs in them."""

import os
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schedules.cli.app import command_line
from schedules.operations.service import (
    Service,
    ServiceNotInstalled,
    install_systemd,
    systemd_unit,
    unseen,
    windows_task,
)
from schedules.settings import ROOT

TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A checkout under a name that is not easy."""
    root = tmp_path / "夜 班 100%"
    root.mkdir()
    return Service(Path(shutil.which("true") or "true"), root, root / ".yeban", ("worker", "--tag", "家 里"), 20)


def settings_of(unit: str) -> dict[str, list[str]]:
    """The unit's settings by key."""
    found: dict[str, list[str]] = {}
    for line in unit.splitlines():
        if "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_systemd_lets_runs_end_before_it_kills_browsers(service: Service, tmp_path: Path) -> None:
    """SIGTERM to the program alone, a kill of the whole group after its time, a start anew after a failure only."""
    unit = settings_of(systemd_unit(service))
    assert (unit["KillMode"], unit["KillSignal"], unit["TimeoutStopSec"]) == (["mixed"], ["SIGTERM"], ["1200"])
    assert unit["Restart"] == ["on-failure"]
    assert unit["ExecStart"][0].endswith('-m schedules.cli worker --tag "家 里"')
    assert f'"YEBAN_HOME={service.home}"'.replace("%", "%%") in unit["Environment"]
    analyze = shutil.which("systemd-analyze")
    if analyze:  # where systemd is, it has the last word
        path = tmp_path / "yeban.service"
        path.write_text(systemd_unit(service), "utf-8")
        done = subprocess.run([analyze, "verify", "--man=no", str(path)], capture_output=True, text=True, check=False)
        assert "yeban.service" not in done.stderr, done.stderr


def test_windows_reads_the_task(service: Service) -> None:
    """Well-formed, begins at logon without a time limit, with the words of the command."""
    root = ElementTree.fromstring(windows_task(service).encode("utf-16"))
    assert root.findtext(f"{TASK}Settings/{TASK}ExecutionTimeLimit") == "PT0S"
    assert root.findtext(f"{TASK}Actions/{TASK}Exec/{TASK}WorkingDirectory") == str(service.root)
    words = root.findtext(f"{TASK}Actions/{TASK}Exec/{TASK}Arguments") or ""
    assert words.endswith(' worker --tag "家 里"')
    assert f"YEBAN_HOME='{service.home}'" in words


def test_a_task_of_windows_works_in_the_home_it_was_made_for(tmp_path: Path) -> None:
    """A task has no variables: without being told it would keep other books, in the checkout, and know no account."""
    made = Service(Path(sys.executable), ROOT, tmp_path / "home", ("status",))
    words = ElementTree.fromstring(windows_task(made).encode("utf-16")).findtext(f".//{TASK}Arguments") or ""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.yaml").write_text("nonsense: 1\n", "utf-8")
    bare = {"PATH": os.environ["PATH"], "YEBAN_LANG": "en", "YEBAN_WARM": "0"}
    asked = [sys.executable, *shlex.split(words)]
    done = subprocess.run(asked, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert str(tmp_path / "home" / "settings.yaml") in done.stderr, done


def test_systemd_reads_a_dollar_and_an_apostrophe_as_they_are(tmp_path: Path) -> None:
    """Where systemd puts no variable's value, a sign that was doubled would be another folder."""
    home = tmp_path / "o'neil $5"
    unit = settings_of(systemd_unit(Service(Path("/bin/true"), tmp_path, home, ("worker", "--tag", "$5"))))
    assert f'"YEBAN_HOME={home}"' in unit["Environment"]
    assert unit["ExecStart"] == ["/bin/true -m schedules.cli worker --tag $$5"]
    unit = settings_of(systemd_unit(Service(Path("/bin/true"), tmp_path, tmp_path / "o'neil")))
    assert f'"YEBAN_HOME={tmp_path}/o\'neil"' in unit["Environment"]


def test_what_only_the_shell_says_is_told_before_a_service_goes_without(tmp_path: Path) -> None:
    """Books or a key that only this shell names: the service would begin other books; in service.env it hears them."""
    made = Service(Path("/bin/true"), tmp_path, tmp_path)
    shell = {"YEBAN_DATABASE": "postgresql://books", "YEBAN_KEY": "k", "YEBAN_LANG": ""}
    assert unseen(made, shell) == ["YEBAN_DATABASE", "YEBAN_KEY"]
    (tmp_path / "service.env").write_text("YEBAN_KEY=k\nYEBAN_DATABASE=postgresql://books\n", "utf-8")
    assert unseen(made, shell) == []


def test_a_system_that_refuses_is_said(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a systemd that answers the file is there, and the command to run oneself is said."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceNotInstalled) as caught:
        install_systemd(service, tmp_path / "units" / "yeban.service")
    assert "systemctl --user daemon-reload" in caught.value.hint("zh")
    assert (tmp_path / "units" / "yeban.service").read_text("utf-8") == systemd_unit(service)


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`service print` shows the file of either system; `health` is JSON, and says by its exit code that all is well."""
    monkeypatch.setenv("YEBAN_HOME", str(tmp_path))
    words = ["service", "print", "worker", "--tag", "home", "--for", "systemd"]
    shown = CliRunner().invoke(command_line("service"), words)
    assert "-m schedules.cli worker --tag home\n" in shown.output
    shown = CliRunner().invoke(command_line("service"), ["service", "print", "--for", "windows"])
    assert " serve</Arguments>" in shown.output
    assert "YEBAN_DATABASE" not in shown.output
    monkeypatch.setenv("YEBAN_DATABASE", f"sqlite:///{tmp_path}/other.db")
    shown = CliRunner().invoke(command_line("service"), ["service", "print"])
    assert "YEBAN_DATABASE，服务看不到" in shown.output
    assert str(tmp_path / "service.env") in shown.output
    monkeypatch.delenv("YEBAN_DATABASE")
    (tmp_path / "settings.yaml").write_text("min_free_gb: 0\n", "utf-8")
    well = CliRunner().invoke(command_line("health"), ["health"])
    assert (well.exit_code, '"status": "ok"' in well.output) == (0, True)
    (tmp_path / "settings.yaml").write_text("min_free_gb: 10000\n", "utf-8")
    assert CliRunner().invoke(command_line("health"), ["health"]).exit_code == 4
