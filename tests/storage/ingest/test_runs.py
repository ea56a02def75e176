"""The journal in the database answers like the bots' own, is durable, and a night's jobs are planned once."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bots.journal import Journal, MemoryJournal
from storage.database.connection import Database, open_database
from storage.database.tables import effect, item, job, run, run_file
from storage.runs import DatabaseJournal, jobs, plan_job, set_stage


def _journal(database: Database) -> Journal:
    """mypy checks here that the shape is the bots' own."""
    return DatabaseJournal(database)


_RUNS, _KEYS = st.sampled_from(["r1", "r2"]), st.sampled_from(["k1", "k2"])
_STEPS = st.one_of(
    st.tuples(st.just("start_item"), _RUNS, _KEYS),
    st.tuples(
        st.just("end_item"), _RUNS, _KEYS, st.sampled_from(["done", "found_done", "rejected", "failed", "person"])
    ),
    st.tuples(st.just("open_effect"), _KEYS, _RUNS),
    st.tuples(st.just("close_effect"), _KEYS, st.sampled_from(["done", "found_done", "not_done", "person"])),
    st.tuples(st.just("record_file"), _RUNS, _KEYS),
)


def _play(journal: Journal, step: tuple[str, ...], started: set[tuple[str, ...]]) -> str:
    """One step; ends only follow beginnings, as in the engine."""
    match step:
        case ("start_item", run_id, key):
            started.add(("item", run_id, key))
            return journal.start_item(run_id, key, {"a": "1"})
        case ("end_item", run_id, key, outcome) if ("item", run_id, key) in started:
            journal.end_item(run_id, key, outcome, "")
        case ("open_effect", key, run_id):
            started.add(("effect", key))
            return journal.open_effect(key, run_id, "k1", "label")
        case ("close_effect", key, how) if ("effect", key) in started:
            journal.close_effect(key, how, "")
        case ("record_file", run_id, key) if ("file", run_id, key) not in started:
            started.add(("file", run_id, key))
            journal.record_file(run_id, {"path": key, "sha256": "0"})
    return ""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One set of books for all examples; each begins by emptying it."""
    return open_database(tmp_path_factory.mktemp("runs") / "books.sqlite")


@settings(max_examples=40, deadline=None)
@given(st.lists(_STEPS, max_size=12))
def test_answers_are_those_of_the_bots_journal(books: Database, steps: list[tuple[str, ...]]) -> None:
    """Whatever is begun and ended in whatever order, both journals know the same, also through a new object."""
    with books.write() as connection:
        for table in (run, item, effect, run_file):
            connection.execute(delete(table))
    memory, mine, theirs = MemoryJournal(), set[tuple[str, ...]](), set[tuple[str, ...]]()
    for step in steps:
        assert _play(_journal(books), step, mine) == _play(memory, step, theirs), step
    for run_id in ("r1", "r2"):
        known = sorted(str(record["path"]) for record in memory.files(run_id))
        assert sorted(str(record["path"]) for record in _journal(books).files(run_id)) == known


def test_a_second_start_is_a_resume(database: Database) -> None:
    """The second start of a run counts an attempt and clears its end; the facts stay."""
    journal = DatabaseJournal(database)
    journal.start_run("r1", {"flow": "orders"})
    journal.end_run("r1", "stopped", "killed")
    journal.start_run("r1", {"flow": "other"})
    with database.read() as connection:
        row = connection.execute(select(run)).one()
    assert (row.attempt, row.state, row.message, row.ended_at, row.facts) == (2, "open", "", "", '{"flow": "orders"}')


def test_an_effect_that_did_not_happen_may_be_begun_again(database: Database) -> None:
    """new, then open until it is known; after not_done it is new again, after found_done it is done for good."""
    journal = DatabaseJournal(database)
    assert journal.open_effect("e", "r1", "k", "下架") == "new"
    assert journal.open_effect("e", "r1", "k", "下架") == "open"
    journal.close_effect("e", "not_done", "")
    assert journal.open_effect("e", "r2", "k", "下架") == "new"
    journal.close_effect("e", "found_done", "页面上已是下架")
    assert journal.open_effect("e", "r3", "k", "下架") == "done"
    with database.read() as connection:
        row = connection.execute(select(effect)).one()
    assert (row.state, row.attempt, row.run_id, row.note) == ("found_done", 3, "r2", "页面上已是下架")


def test_what_was_written_is_there_for_another_process(tmp_path: Path) -> None:
    """An entry is durable when the call returns: a second connection that was never told of it sees it."""
    first, second = open_database(tmp_path / "books.sqlite"), open_database(tmp_path / "books.sqlite")
    DatabaseJournal(first).open_effect("e", "r1", "k", "下架")
    assert DatabaseJournal(second).open_effect("e", "r1", "k", "下架") == "open"


def test_the_world_can_be_stopped_before_any_entry(database: Database) -> None:
    """An exception before an entry leaves it unwritten."""

    def stop(entry: str) -> None:
        raise InterruptedError(entry)

    with pytest.raises(InterruptedError, match="effect_opened"):
        DatabaseJournal(database, before_write=stop).open_effect("e", "r1", "k", "下架")
    assert DatabaseJournal(database).open_effect("e", "r1", "k", "下架") == "new"


def test_files_come_back_in_the_order_they_came(database: Database) -> None:
    """A resumed run finds its files as they were recorded."""
    journal = DatabaseJournal(database)
    for name in ("z.csv", "a.csv", "m.csv"):
        journal.record_file("r1", {"path": name, "sha256": name, "line": 3})
    assert [record["path"] for record in journal.files("r1")] == ["z.csv", "a.csv", "m.csv"]
    assert journal.files("r2") == []


def test_bytes_are_known_again(database: Database) -> None:
    """A file received before is found by its sha256, in any run, as it was first received; another is not."""
    for journal in (DatabaseJournal(database), MemoryJournal()):
        journal.record_file("r1", {"path": "files/a", "sha256": "s1", "name": "a"})
        journal.record_file("r2", {"path": "files/b", "sha256": "s1", "name": "b"})
        known = journal.known_content("s1")
        assert known is not None
        assert known["name"] == "a"
        assert journal.known_content("s2") is None


def test_the_same_work_is_one_job(database: Database) -> None:
    """Planning a job twice changes nothing; a night shows its jobs in their order."""
    plan_job(database, "n1|orders|a|x", night="n1", flow="orders", account="a", inputs={"月": "202605"}, position=2)
    plan_job(database, "n1|ads||y", night="n1", flow="ads", position=1)
    plan_job(database, "n2|ads||y", night="n2", flow="ads", position=1)
    set_stage(database, "n1|orders|a|x", "playing", run_id="r1")
    again = plan_job(database, "n1|orders|a|x", night="n1", flow="orders", account="a", position=9)
    assert (again.stage, again.run_id, again.position, again.inputs) == ("playing", "r1", 2, {"月": "202605"})
    assert [found.flow for found in jobs(database, "n1")] == ["ads", "orders"]


def test_stages_keep_what_was_not_given(database: Database) -> None:
    """A stage changes only what is given; the end is marked by done, failed or person, and cleared by a new try."""
    plan_job(database, "j", night="n", flow="f")
    first = set_stage(database, "j", "playing", run_id="r1")
    failed = set_stage(database, "j", "failed", message="登录失败", summary={"files": 0})
    assert (failed.run_id, failed.started_at) == ("r1", first.started_at)
    assert bool(failed.ended_at)
    again = set_stage(database, "j", "playing")
    assert (again.message, again.summary, again.ended_at) == ("登录失败", {"files": 0}, "")
    with pytest.raises(ValueError, match="sleeping"):
        set_stage(database, "j", "sleeping")
    with pytest.raises(KeyError):
        set_stage(database, "no such job", "done")
    with database.read() as connection:
        assert len(connection.execute(select(job)).all()) == 1
