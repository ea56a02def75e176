"""Documents by content: never changed, never lost."""

import stat
from pathlib import Path

import pytest

from storage.archive import Archive, Facts
from storage.errors import FileMissing

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_a_document_lies_under_its_sha256_read_only(archive: Archive) -> None:
    """Content-addressed, read-only, with where it came from beside it."""
    kept = archive.put(b"hello", Facts(name="a.csv", shop="s", line=3))
    assert (kept.sha256, kept.size, kept.new) == (HELLO, 5, True)
    assert kept.path == archive.root / HELLO[:2] / HELLO[2:]
    assert kept.path.read_bytes() == b"hello"
    assert not kept.path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    assert archive.facts(HELLO) == Facts(name="a.csv", shop="s", line=3)


def test_the_same_content_is_kept_once_with_its_first_facts(archive: Archive, tmp_path: Path) -> None:
    """A second copy under another name changes nothing; nothing is left lying about."""
    archive.put(b"hello", Facts(name="first"))
    copy = tmp_path / "copy.csv"
    copy.write_bytes(b"hello")
    assert archive.put(copy, Facts(name="second")).new is False
    assert archive.facts(HELLO).name == "first"
    assert list(archive.documents()) == [HELLO]
    assert {path.name for path in archive.root.iterdir()} == {HELLO[:2]}
    assert copy.read_bytes() == b"hello"


def test_large_documents_are_copied_whole(archive: Archive, tmp_path: Path) -> None:
    """More than one chunk arrives byte for byte."""
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(range(256)) * 10_000)
    assert archive.put(big, Facts()).path.read_bytes() == big.read_bytes()


def test_a_copy_cut_short_is_put_right(archive: Archive) -> None:
    """A document whose stored size is wrong (a disk that lied) is replaced by the next whole copy."""
    kept = archive.put(b"hello", Facts())
    kept.path.chmod(0o644)
    kept.path.write_bytes(b"he")
    assert archive.put(b"hello", Facts()).path.read_bytes() == b"hello"
    assert archive.verify() == []


def test_verify_finds_what_was_changed_or_lost(archive: Archive) -> None:
    """A changed document and a lost record are each found and named by their sha256."""
    first, second = archive.put(b"hello", Facts()), archive.put(b"world", Facts())
    assert archive.verify() == []
    first.path.chmod(0o644)
    first.path.write_bytes(b"jello")
    second.path.with_suffix(".json").unlink()
    assert {(found.facts["file_sha"], found.code) for found in archive.verify()} == {
        (first.sha256, "E-ARCHIVE"),
        (second.sha256, "E-ARCHIVE"),
    }


def test_an_unknown_document_is_said_to_be_missing(archive: Archive) -> None:
    """Asking for what never came raises, it does not give an empty file."""
    with pytest.raises(FileMissing):
        archive.path(HELLO)


def test_a_death_between_facts_and_document_leaves_nothing_to_complain_of(archive: Archive) -> None:
    """Killed after the facts were written and before the document: no damage is told, and the next copy is whole."""
    place = archive.root / HELLO[:2] / HELLO[2:]
    place.mkdir(parents=True)
    with pytest.raises(OSError):
        archive.put(b"hello", Facts(name="died"))
    place.rmdir()
    assert (list(archive.documents()), archive.verify()) == ([], [])
    assert archive.put(b"hello", Facts(name="lived")).new
    assert (archive.facts(HELLO).name, archive.verify()) == ("lived", [])
