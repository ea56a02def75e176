"""One file into the books, with its password where it needs one, and what became of it in the reader's language."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from schedules.cli.passwords import Passwords
from schedules.cli.screen import say
from schedules.problems import default_lang

if TYPE_CHECKING:
    from collections.abc import Callable

    from schedules.desk import Desk
    from storage.archive import Facts
    from storage.documents.shelf import Shelf
    from storage.errors import BookError
    from storage.ingest import Ingested


def intake_of(desk: "Desk", path: Path, shop: str, kind: str, passwords: Passwords) -> "list[Ingested]":
    """Take one file in, or each file of a zip that holds several kinds; in the reader's language.

    A locked zip goes into the archive as it came, and is read from a copy without its password.
    Raises BookError where the file contradicts the books, OSError.
    """
    from schedules.book_keys import key_ring
    from storage.archive import Facts
    from storage.errors import FileBroken, FileProtected, PasswordWrong
    from storage.ingest import ingest
    from storage.shelves import shelf_of
    from storage.unlock import is_locked, keep_locked, opened_before, origin_of, sha256_of

    keys = key_ring(desk.vault)

    def one(source: Path, facts: Facts) -> "Ingested":
        return said(ingest(desk.database, desk.archive, source, kind=kind or None, shop=shop, facts=facts, keys=keys))

    def take(source: Path, facts: Facts) -> "list[Ingested]":
        return each(source, facts, shelf_of(desk.database, desk.archive), shop, kind, one)

    if not is_locked(path):
        return take(path, Facts(name=path.name))
    sha = sha256_of(path)
    if earlier := opened_before(desk.database, sha):
        return [one(desk.archive.path(known), _facts_of(desk, known)) for known in earlier]
    try:
        with passwords.opened(path) as readable:
            done = take(readable, Facts(name=path.name, origin=origin_of(sha)))
    except FileProtected:
        return take(path, Facts(name=path.name))
    except (PasswordWrong, FileBroken) as error:
        return [replace(one(path, Facts(name=path.name)), message=sentence(error))]
    keep_locked(desk.database, desk.archive, path, Facts(name=path.name, shop=shop))
    return done


def _facts_of(desk: "Desk", file_sha: str) -> "Facts":
    """How the file came, received anew."""
    from storage.quarantine import facts_of

    return replace(facts_of(desk.database, file_sha), kind="", shop="", received_at="")


def preview_of(shelf: "Shelf", path: Path, shop: str, kind: str, passwords: Passwords) -> "list[Ingested]":
    """What `intake_of` would say, with nothing written."""
    from storage.archive import Facts
    from storage.errors import FileBroken, FileProtected, PasswordWrong
    from storage.ingest import preview
    from storage.unlock import is_locked

    def one(source: Path, facts: Facts) -> "Ingested":
        return said(preview(source, shelf, kind=kind or None, shop=shop, facts=facts))

    def look(source: Path) -> "list[Ingested]":
        return each(source, Facts(name=path.name), shelf, shop, kind, one)

    if not is_locked(path):
        return look(path)
    try:
        with passwords.opened(path) as readable:
            return look(readable)
    except FileProtected:
        return look(path)
    except (PasswordWrong, FileBroken) as error:
        return [replace(one(path, Facts(name=path.name)), message=sentence(error))]


def each(
    source: Path, facts: "Facts", shelf: "Shelf", shop: str, kind: str, one: "Callable[[Path, Facts], Ingested]"
) -> "list[Ingested]":
    """The file, or the files of a zip that is not one document, each by `one`; a member is named behind its zip."""
    from storage.apart import ORIGIN, as_file, members_apart, members_unknown
    from storage.documents.file import SourceFile
    from storage.errors import FileError
    from storage.ingest import REFUSED, Ingested
    from storage.unlock import sha256_of

    zipped = SourceFile(facts.name, source)
    parts = [] if kind else members_apart(zipped, shelf, shop)
    if not parts:
        done = one(source, facts)
        return [done if kind or done.state == REFUSED else with_unknown(done, members_unknown(zipped, shelf, shop))]
    origin = facts.origin or f"{ORIGIN}{sha256_of(source)}"
    found = []
    for part in parts:
        try:
            with as_file(part) as path:
                done = one(path, replace(facts, name=part.name, origin=origin))
        except FileError as error:
            done = Ingested("", part.name, "", REFUSED, message=sentence(error))
        found.append(replace(done, name=f"{facts.name} › {part.name}"))
    return found


def with_unknown(done: "Ingested", names: list[str]) -> "Ingested":
    """The same, naming the files of the zip that were left alone."""
    if not names:
        return done
    left = say(f"压缩包里这些不认识，没有读：{'、'.join(names)}", f"not known, not read: {', '.join(names)}")
    return replace(done, message="; ".join(filter(None, (done.message, left))))


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
