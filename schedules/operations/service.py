"""Yeban as a service: the unit of systemd, the task of Windows. Written here, started by the system.

systemd: SIGTERM goes to the program alone, which lets its runs end (`yeban serve` drains); what is left after
`stop_min` minutes, browsers included, is killed, and the next start goes on where it was cut.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from schedules.problems import DeskError

NAME = "yeban"
RESTART_S = 15
STARTS, WITHIN_S = 5, 600
"""A program that fails so often in so many seconds is left alone: somebody has to look."""
COMMAND_TIMEOUT_S = 60
SAID_HERE = ("YEBAN_DATABASE", "YEBAN_KEY", "YEBAN_KEY_FILE", "YEBAN_BROWSER", "YEBAN_LANG")
"""What a person's shell may say, and a service does not hear unless it is told."""


class ServiceNotInstalled(DeskError):
    """The system did not take the service; its file is written, and the rest is for a person."""

    code = "D-SERVICE"

    def __init__(self, path: Path, command: str, said: str) -> None:
        """Facts: the file, the command that failed, what the system said."""
        super().__init__(
            f"服务文件写好了（{path}），但系统没有接受：{said}",
            f"the service's file is written ({path}), but the system did not take it: {said}",
            f"自己运行一次看看：{command}",
            f"run it yourself and see: {command}",
        )


@dataclass(frozen=True)
class Service:
    """What is run: `command` are the words after `yeban`, in the checkout `root`, with everything kept in `home`."""

    python: Path
    root: Path
    home: Path
    command: tuple[str, ...] = ("serve",)
    stop_min: int = 15


def systemd_unit(service: Service) -> str:
    """A unit for `systemctl --user`; `service.env` of the home may hold YEBAN_KEY and other variables (chmod 600)."""
    words = " ".join(_argument(word) for word in (str(service.python), "-m", "schedules.cli", *service.command))
    return f"""\
# 夜班：到点就做。由 yeban service install 写成；改了以后 systemctl --user daemon-reload。
[Unit]
Description=Yeban, the night shift ({" ".join(service.command)})
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec={WITHIN_S}
StartLimitBurst={STARTS}

[Service]
Type=exec
WorkingDirectory={_plain(service.root)}
Environment={_quoted(f"YEBAN_HOME={service.home}")}
Environment=PYTHONUNBUFFERED=1
Environment=LANG=C.UTF-8
EnvironmentFile=-{_plain(service.home / "service.env")}
ExecStart={words}
# 先只告诉程序（它会把手上的做完），到时间还在的连同浏览器一起结束。
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec={service.stop_min * 60}
Restart=on-failure
RestartSec={RESTART_S}
# 4: this machine has to be mended first (settings, keys, database); starting again would not help.
RestartPreventExitStatus=2 4
UMask=0077

[Install]
WantedBy=default.target
"""


def windows_task(service: Service) -> str:
    """A task for `schtasks /Create /TN yeban /XML FILE` (UTF-16): begins at logon, begins anew when it fails.

    Follows Task Scheduler's schema 1.2; not tried on Windows by us. A task has no variables of its own: the program is
    told its home, and to speak UTF-8, by Python itself.
    """
    told = f"YEBAN_HOME={str(service.home)!r}, PYTHONUTF8='1'"
    start = f"import os; os.environ.update({told}); from schedules.cli import main; main()"
    words = escape(subprocess.list2cmdline(["-X", "utf8", "-c", start, *service.command]))
    return f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>夜班：到点就做 / Yeban, the night shift</Description></RegistrationInfo>
  <Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger></Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>{STARTS}</Count></RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(str(service.python))}</Command>
      <Arguments>{words}</Arguments>
      <WorkingDirectory>{escape(str(service.root))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def unseen(service: Service, environment: Mapping[str, str]) -> list[str]:
    """Variables that say something here and that the service would not see: it would open other books, or no vault."""
    path = service.home / "service.env"
    written = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    there = {line.partition("=")[0].strip() for line in written}
    return [name for name in SAID_HERE if environment.get(name) and name not in there]


def unit_path(user_home: Path) -> Path:
    """Where systemd looks for a user's own units."""
    return user_home / ".config" / "systemd" / "user" / f"{NAME}.service"


def install_systemd(service: Service, path: Path) -> None:
    """The unit is at `path`, known to systemd, and goes from now on. Raises ServiceNotInstalled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(systemd_unit(service), "utf-8")
    for words in (("daemon-reload",), ("enable", "--now", path.name)):
        _told(path, ["systemctl", "--user", *words])


def install_windows(service: Service, path: Path) -> None:
    """The task is at `path` and known to Windows. Raises ServiceNotInstalled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(windows_task(service), "utf-16")
    _told(path, ["schtasks", "/Create", "/F", "/TN", NAME, "/XML", str(path)])
    _told(path, ["schtasks", "/Run", "/TN", NAME])


def _told(path: Path, command: list[str]) -> None:
    shown = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceNotInstalled(path, shown, str(error)) from error
    if done.returncode != 0:
        raise ServiceNotInstalled(path, shown, (done.stderr or done.stdout).strip())


def _argument(word: str) -> str:
    """A word of a command, in which systemd would put a variable's value where a `$` stands."""
    return _quoted(word).replace("$", "$$")


def _quoted(word: str) -> str:
    """A word as systemd reads it back: quoted, its own signs escaped (systemd.service(5), systemd.unit(5))."""
    safe = _plain(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}"' if any(sign in safe for sign in " '\"\\;") else safe


def _plain(word: str | Path) -> str:
    """A text in which systemd finds no specifier of its own."""
    return str(word).replace("%", "%%")
