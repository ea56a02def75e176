"""Start the oscar site in a process of its own: tables, seed, serve; gone when the test is over."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Oscar:
    """The running site: its address, and its own database, which is the truth."""

    base_url: str
    database: Path

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What oscar's own database answers."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(question, values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        """Something that a person did in the shop before the test."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            connection.execute(statement, values)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def oscar_site(home: Path) -> Iterator[str]:
    """The base address of a seeded oscar, its database at `home`/oscar.db."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {**os.environ, "OSCAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.support.oscar.settings"}
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.support.oscar.site", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=(home / "server.log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_up(f"http://127.0.0.1:{port}/dashboard/login/", server, home / "server.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_until_up(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the address answers; fail with the server's own words when it died or needs over two minutes."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise AssertionError(f"the oscar site ended: {log.read_text('utf-8')[-3000:]}")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, TimeoutError):
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.1)  # between two looks: nothing tells when it listens, but its end would be known at once
        else:
            return
    raise AssertionError(f"the oscar site did not come up: {log.read_text('utf-8')[-3000:]}")


def main(port: str) -> None:
    """Make the tables, seed once in one transaction, serve with Django's own server."""
    import django
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command
    from django.db import transaction

    django.setup()
    # Tables straight from the models: oscar's 100 migrations end in the same ones and take ten times as long.
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    from oscar.apps.catalogue.models import Product

    if not Product.objects.exists():
        from tests.support.oscar.seed import seed

        with transaction.atomic():
            seed()
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False)


if __name__ == "__main__":
    main(sys.argv[1])
