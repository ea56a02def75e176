"""One desk: settings, books, archive, vault, opened together and closed together. All wiring is here."""

import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schedules.hosts import Hosts
from schedules.jobs import JobBook
from schedules.problems import AccountMissing
from schedules.settings import AccountSettings, Settings, load_settings
from schedules.vault import Vault
from storage.archive import Archive
from storage.database.connection import Database, open_database
from storage.runs import DatabaseJournal

if TYPE_CHECKING:
    from schedules.queue.fence import Fence
    from schedules.queue.model import Ticket


@dataclass
class Desk:
    """What every command works with. `base_urls` override a site's address (the practice mall's changes each start).

    `elapsed_s`: seconds by a clock that nobody sets; by it runs wait for people. `holds`: the account that is its own
    by a lease, while it works by that; `ticket`: what it holds the lease of. `machine`: what this one
    is called among those that share the books.
    """

    settings: Settings
    database: Database
    archive: Archive
    vault: Vault
    journal: DatabaseJournal
    jobs: JobBook
    base_urls: dict[str, str] = field(default_factory=dict)
    hosts: Hosts = field(default_factory=lambda: Hosts({}))
    elapsed_s: Callable[[], float] = time.monotonic
    holds: str = ""
    ticket: str = ""
    machine: str = field(default_factory=platform.node)

    @property
    def home(self) -> Path:
        """The folder of everything that is kept."""
        return self.settings.home

    def account(self, name: str) -> AccountSettings:
        """The account's settings. Raises AccountMissing with the known names."""
        try:
            return self.settings.accounts[name]
        except KeyError:
            raise AccountMissing(name, sorted(self.settings.accounts)) from None

    def fenced(self, fence: "Fence", ticket: "Ticket") -> "Desk":
        """The same desk for a run that may lose the lease of its ticket: it writes nothing more then, neither journal
        nor books."""
        from schedules.queue.fence import FencedBooks

        books = FencedBooks(self.database, fence)
        journal, jobs = self.journal.fenced(fence), JobBook(books)
        return replace(self, database=books, journal=journal, jobs=jobs, holds=ticket.account, ticket=ticket.key)

    def person_of(self, account: str) -> str:
        """Who answers for the account, "" where nobody is named."""
        found = self.settings.accounts.get(account)
        return found.person if found else ""

    def base_url(self, account: AccountSettings) -> str:
        """Where the account's site is."""
        return self.base_urls.get(account.site) or account.base_url


@contextmanager
def open_desk(settings: Settings | None = None) -> Iterator[Desk]:
    """The desk of these settings (default: of the home folder), migrated and ready; closed at the end."""
    settings = settings or load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url)
    try:
        yield Desk(
            settings=settings,
            database=database,
            archive=Archive(settings.home / "archive"),
            vault=Vault(settings.home),
            journal=DatabaseJournal(database, shown=_masked),
            jobs=JobBook(database),
            hosts=Hosts(settings.hosts),
        )
    finally:
        database.close()


def _masked(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of a worklist's row may stand in the journal; most runs have no rows, and begin without the rules."""
    from storage.erp.privacy.raw_rows import masked_row

    return masked_row(row)
