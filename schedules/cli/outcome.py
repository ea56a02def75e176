"""One file into the books, with its password where it needs one, and what became of it in the reader's language."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from schedules.cli.passwords import Passwords
from schedules.problems import default_lang

if TYPE_CHECKING:
    from schedules.desk import Desk
    from storage.archive import Facts
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
    from storage.shelves import shelf_of
    from storage.unlock import is_locked, keep_locked, opened_before, origin_of, sha256_of

    keys = key_ring(desk.vault)

    def take(source: Path, facts: Facts) -> "Ingested":
        done = ingest(desk.database, desk.archive, source, kind=kind or None, shop=shop, facts=facts, keys=keys)
        if default_lang() != "en" or not done.message:
            return done
        return in_english(shelf_of(desk.database, desk.archive), done, source, facts, shop)

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
        done = preview(source, shelf, kind=kind or None, shop=shop, facts=facts)
        return in_english(shelf, done, source, facts, shop) if default_lang() == "en" and done.message else done

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


def in_english(shelf: "Shelf", done: "Ingested", source: Path, facts: "Facts", shop: str) -> "Ingested":
    """The same in English. The books keep Chinese sentences: what a file was refused for is asked of it once more."""
    from storage.errors import FileError
    from storage.ingest import read

    if done.state == "read":
        said = f"{done.quarantined} rows were not taken: yeban quarantine" if done.quarantined else done.message
        return replace(done, message=said)
    if done.rows and done.control is not None and done.control.tie is False:
        return replace(done, message=f"totals do not tie, set aside for a person: {done.control.words}")
    try:
        read(source, replace(facts, shop=shop, kind=done.kind), shelf)
    except FileError as error:
        return replace(done, message=sentence(error))
    return done


def in_words(desk: "Desk", done: "list[Ingested]") -> "list[Ingested]":
    """Files that were read again, as the reader is to be told of them."""
    from storage.quarantine import facts_of
    from storage.shelves import shelf_of

    if default_lang() != "en":
        return done
    shelf = shelf_of(desk.database, desk.archive)
    told = []
    for one in done:
        facts = facts_of(desk.database, one.file_sha)
        told.append(in_english(shelf, one, desk.archive.path(one.file_sha), facts, facts.shop) if one.message else one)
    return told
