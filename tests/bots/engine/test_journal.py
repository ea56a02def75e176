from pathlib import Path

import pytest

from bots.journal import FileJournal, Journal, MemoryJournal


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    """A journal in memory and one on disk keep the same promises."""
    return MemoryJournal() if request.param == "memory" else FileJournal(tmp_path / "journal.jsonl")


def test_item_is_new_then_open_then_settled(journal: Journal) -> None:
    """A row that was started and not ended is open; one that is done answers so for ever."""
    assert journal.start_item("r", "1", {"商品ID": "1"}) == "new"
    assert journal.start_item("r", "1", {"商品ID": "1"}) == "open"
    journal.end_item("r", "1", "found_done", "")
    assert journal.start_item("r", "1", {}) == "done"


@pytest.mark.parametrize("end", ["failed", "person"])
def test_an_item_that_failed_or_waited_is_open_again(journal: Journal, end: str) -> None:
    """A row that was not brought to its end says how it ended, once, and is then open until it is done."""
    journal.start_item("r", "1", {})
    journal.end_item("r", "1", end, "网站没有回答")
    assert journal.start_item("r", "1", {}) == end
    assert journal.start_item("r", "1", {}) == "open"
    journal.end_item("r", "1", "rejected", "")
    assert journal.start_item("r", "1", {}) == "rejected"
    assert journal.start_item("r", "1", {}) == "rejected"


def test_effect_not_done_may_be_opened_again(journal: Journal) -> None:
    """An effect that certainly did not happen is new again; one that happened never is."""
    assert journal.open_effect("e", "r", "1", "下架-1") == "new"
    assert journal.open_effect("e", "r", "1", "下架-1") == "open"
    journal.close_effect("e", "not_done", "")
    assert journal.open_effect("e", "r", "1", "下架-1") == "new"
    journal.close_effect("e", "done", "")
    assert journal.open_effect("e", "r2", "1", "下架-1") == "done"


def test_effect_waiting_for_a_person_stays_so(journal: Journal) -> None:
    """What a person must look at is not begun again by a later run."""
    journal.open_effect("e", "r", "", "x")
    journal.close_effect("e", "person", "看不出")
    assert journal.open_effect("e", "r2", "", "x") == "person"


def test_file_journal_remembers_after_reopening(tmp_path: Path) -> None:
    """What one process wrote, the next one knows: attempts, rows, effects, files."""
    path = tmp_path / "j" / "journal.jsonl"
    first = FileJournal(path)
    first.start_run("r", {"flow": "f"})
    first.start_item("r", "1", {})
    first.open_effect("e", "r", "1", "x")
    first.record_file("r", {"path": "files/a.xlsx"})
    first.close()
    second = FileJournal(path)
    second.start_run("r", {"flow": "f"})
    assert second.attempts("r") == 2
    assert second.start_item("r", "1", {}) == "open"
    assert second.open_effect("e", "r", "1", "x") == "open"
    assert second.files("r") == [{"path": "files/a.xlsx"}]
    second.close()


def test_file_journal_drops_the_line_a_crash_cut(tmp_path: Path) -> None:
    """A half-written last line never happened, and writing goes on cleanly after it."""
    path = tmp_path / "journal.jsonl"
    first = FileJournal(path)
    first.start_item("r", "1", {})
    first.close()
    with path.open("ab") as file:
        file.write(b'{"kind": "item_ended", "run_id": "r", "item_k')
    second = FileJournal(path)
    assert second.start_item("r", "1", {}) == "open"
    second.end_item("r", "1", "done", "")
    second.close()
    assert FileJournal(path).start_item("r", "1", {}) == "done"


def test_a_stop_before_the_write_leaves_no_trace(tmp_path: Path) -> None:
    """What was stopped before being written is not known afterwards."""

    class Stopped(Exception):
        pass

    def stop(_entry: dict[str, object]) -> None:
        raise Stopped

    path = tmp_path / "journal.jsonl"
    with pytest.raises(Stopped):
        FileJournal(path, before_write=stop).start_item("r", "1", {})
    assert FileJournal(path).start_item("r", "1", {}) == "new"
