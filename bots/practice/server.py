"""Serving the practice mall: the process itself (`serve`) and a handle on such a process (`Mall`)."""

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

WORLD_FILE = "mall.sqlite"
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 10
FOLLOW_TIMEOUT_S = 2


@dataclass(frozen=True)
class Settings:
    """How a mall is started. `home` holds its database; `port` 0 takes a free one."""

    home: Path
    port: int = 0
    size: str = "full"
    last_day: date | None = None
    seed: int = 7
    faults: Mapping[str, float] | None = None
    test_door: bool = False
    export_delay_s: float = 0.8
    until_stdin_closes: bool = False


def serve(settings: Settings) -> None:
    """Build the world if there is none, serve on 127.0.0.1 until killed, say `{"url": …}` on stdout when ready."""
    import uvicorn

    from bots.practice.app import build_app
    from bots.practice.faults import Weather

    weather = Weather(settings.seed, settings.faults)
    app = build_app(
        prepare(settings), weather=weather, test_door=settings.test_door, export_delay_s=settings.export_delay_s
    )
    listener = socket.create_server(("127.0.0.1", settings.port))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            sys.stdout.write(json.dumps({"url": url}) + "\n")
            sys.stdout.flush()

    # Spoiled answers break HTTP on purpose; the server's complaints about them are no news.
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=2)
    server = Announcing(config)
    if settings.until_stdin_closes:
        threading.Thread(target=_follow_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])


def prepare(settings: Settings) -> Path:
    """The path of the mall's database, built whole or not at all."""
    from bots.practice.world import SIZES, build

    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / WORLD_FILE
    if not path.exists():
        last_day = settings.last_day or _yesterday()
        build(path, seed=settings.seed, last_day=last_day, size=SIZES[settings.size])
    return path


def _yesterday() -> date:
    from datetime import datetime, timedelta

    from bots.practice.world.books import SHANGHAI

    return datetime.now(SHANGHAI).date() - timedelta(days=1)


def _follow_parent(server: Any) -> None:
    """End with the process that started this one: its end closes our standard input, on every system."""
    while os.read(sys.stdin.fileno(), 1):  # not through the buffer, whose lock would be held at exit
        continue
    server.should_exit = True
    timer = threading.Timer(FOLLOW_TIMEOUT_S, os._exit, args=(0,))
    timer.daemon = True
    timer.start()


class Mall:
    """A mall in a process of its own. `with Mall.start(home) as mall:` leaves nothing running."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self._process = process
        self.url = url

    @classmethod
    def start(
        cls, home: Path, *, size: str = "full", last_day: date | None = None, seed: int = 7, port: int = 0,
        faults: Mapping[str, float] | None = None, test_door: bool = True, export_delay_s: float = 0.8,
    ) -> Self:  # fmt: skip
        """Start and wait until it answers. Raises RuntimeError with the process's words if it does not."""
        command = [sys.executable, "-m", "bots.practice", "--home", str(home), "--port", str(port), "--size", size,
                   "--seed", str(seed), "--export-delay", str(export_delay_s), "--until-stdin-closes"]  # fmt: skip
        command += ["--last-day", last_day.isoformat()] if last_day else []
        command += ["--test-door"] if test_door else []
        for name, chance in (faults or {}).items():
            command += ["--fault", f"{name}={chance}"]
        home.mkdir(parents=True, exist_ok=True)
        with (home / "server.log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                cwd=Path(__file__).resolve().parents[2], encoding="utf-8",
                start_new_session=os.name != "nt",  # Ctrl-C is for the night; it closes the mall when it is done
            )  # fmt: skip
        line = _first_line(process)
        if not line:
            process.kill()
            process.wait()
            raise RuntimeError("练习商城没有启动：" + (home / "server.log").read_text("utf-8", "replace")[-2000:])
        return cls(process, json.loads(line)["url"])

    def faults(self, **chances: float) -> None:
        """Replace the weather: `mall.faults(slow=0.05)`; no argument means fine weather. Needs the test door."""
        self._ask("faults", json.dumps(chances).encode())

    def sms(self, username: str) -> str | None:
        """The last SMS code of this account."""
        code = self._ask(f"sms?username={username}")["code"]
        return None if code is None else str(code)

    def captchas(self) -> dict[str, str]:
        """The digits of open captchas by username."""
        return dict(self._ask("captcha"))

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        """The running mall."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, whatever happened."""
        self.stop()

    def _ask(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}/test/{path}", data=body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def _first_line(process: "subprocess.Popen[str]") -> str:
    """The process's first line on stdout, empty if it ended or took too long."""
    if process.stdout is None:
        return ""
    timer = threading.Timer(START_TIMEOUT_S, process.kill)
    timer.start()
    try:
        return process.stdout.readline()
    finally:
        timer.cancel()
