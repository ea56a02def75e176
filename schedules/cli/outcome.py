"""One file into the books, with its password where it needs one, and what became of it in the reader's language."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from schedules.cli.passwords import Passwords
from schedules.problems import default_lang

if TYPE_CHECKING:
    from schedules.desk import Desk
    from storage.documents.shelf import Shelf
    from storage.errors import BookError
    from storage.ingest import Ingested


def intake_of(desk: "Desk", path: Path, shop: str, kind: str, passwords: Passwords) -> "Ingested":
    """Take one file in. A locked zip goes into the archive as it came, and is read from a copy without its password.

    Raises BookError where the file contradicts the books, OSError.
    """
    from schedules.book_keys import key_ring
    from storage.archive import Facts
    from storage.errors import FileBroken, FileProtected, PasswordWrong
    from storage.ingest import ingest
    from storage.unlock import is_locked, keep_locked, opened_before, origin_of, sha256_of

    keys = key_ring(desk.vault)

    def take(source: Path, facts: Facts) -> "Ingested":
        return said(ingest(desk.database, desk.archive, source, kind=kind or None, shop=shop, facts=facts, keys=keys))

    if not is_locked(path):
        return take(path, Facts(name=path.name))
    sha = sha256_of(path)
    facts = Facts(name=path.name, origin=origin_of(sha))
    if earlier := opened_before(desk.database, sha):
        return take(desk.archive.path(earlier), facts)
    try:
        with passwords.opened(path) as readable:
            done = take(readable, facts)
    except FileProtected:
        return take(path, Facts(name=path.name))
    except (PasswordWrong, FileBroken) as error:
        return replace(take(path, Facts(name=path.name)), message=sentence(error))
    keep_locked(desk.database, desk.archive, path, Facts(name=path.name, shop=shop))
    return done


def preview_of(shelf: "Shelf", path: Path, shop: str, kind: str, passwords: Passwords) -> "Ingested":
    """What `intake_of` would say, with nothing written."""
    from storage.archive import Facts
    from storage.errors import FileBroken, FileProtected, PasswordWrong
    from storage.ingest import preview
    from storage.unlock import is_locked

    facts = Facts(name=path.name)

    def look(source: Path) -> "Ingested":
        return said(preview(source, shelf, kind=kind or None, shop=shop, facts=facts))

    if not is_locked(path):
        return look(path)
    try:
        with passwords.opened(path) as readable:
            return look(readable)
    except FileProtected:
        return look(path)
    except (PasswordWrong, FileBroken) as error:
        return replace(look(path), message=sentence(error))


def sentence(error: "BookError") -> str:
    """What an error says, with what to do, in the reader's language."""
    lang = default_lang()
    return " ".join(filter(None, (error.message(lang), error.hint(lang))))


def said(done: "Ingested") -> "Ingested":
    """The same in the reader's language: the books keep Chinese sentences."""
    return replace(done, message=words_of(done.message))


def words_of(message: str) -> str:
    """A sentence that stands in the books, in the reader's language."""
    if default_lang() != "en" or not message:
        return message
    from storage.sentences import in_english

    return in_english(message)


def in_words(_desk: "Desk", done: "list[Ingested]") -> "list[Ingested]":
    """Files that were read again, as the reader is to be told of them."""
    return [said(one) for one in done]
