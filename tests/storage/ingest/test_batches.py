"""The detail of an uploaded ship sheet answers the commands that the sheet was made of."""

import json

import pytest
from sqlalchemy import select

from storage.archive import Archive, Facts
from storage.database.connection import Database
from storage.database.tables import bot_result, command
from storage.erp.commands.worklists import apply_results
from storage.ingest import ingest
from storage.runs import plan_job, set_stage

HEADER = "批次号,文件名,上传时间,子订单编号,结果,原因"
FACTS = Facts(name="批次明细_PL1.csv", shop="shop_a", run_id="R1")


def detail(*rows: str) -> bytes:
    """The platform's file."""
    lines = [f"PL1,发货.xlsx,2026-11-22 01:00:00,{row}" for row in rows]
    return ("\ufeff" + "\r\n".join([HEADER, *lines]) + "\r\n").encode()


def row_of(sub_no: str) -> str:
    """A command's row as it stands in the books."""
    return json.dumps({"主订单编号": "1", "子订单编号": sub_no, "快递公司": "中通快递", "运单号": f"ZT{sub_no}"})


@pytest.fixture
def asked(database: Database) -> Database:
    """Two nights that wanted sub-orders 1 and 2 shipped by sheet, and the run R1 of the first of them."""
    plan_job(database, "J1", night="2026-11-21", flow="practice/waybills")
    set_stage(database, "J1", "playing", run_id="R1")
    with database.write() as connection:
        rows = [
            {"command_id": f"to_ship_batch|shop_a|{sub}|{night}", "worklist": "to_ship_batch", "shop": "shop_a",
             "subject": sub, "data": row_of(sub), "night": night, "state": "published"}
            for sub in "12"
            for night in ("2026-11-21", "2026-11-22")
        ]  # fmt: skip
        connection.execute(command.insert(), rows)
    return database


def test_each_row_answers_its_command_of_that_night(asked: Database, archive: Archive) -> None:
    """Accepted rows are done, refused ones rejected with the platform's words; other nights' commands stay."""
    taken = ingest(asked, archive, detail("1\t,成功,", "2\t,失败,子订单退款成功，不能发货", "9\t,成功,"), facts=FACTS)
    assert (taken.kind, taken.state, taken.rows) == ("practice_batches", "read", 3)
    with asked.write() as connection:
        apply_results(connection, "R1")
        c, r = command.c, bot_result.c
        states = {tuple(row) for row in connection.execute(select(c.subject, c.night, c.state))}
        results = connection.execute(select(r.outcome, r.reason, r.at).order_by(r.command_id)).all()
    assert states == {
        ("1", "2026-11-21", "done"), ("2", "2026-11-21", "rejected"),
        ("1", "2026-11-22", "published"), ("2", "2026-11-22", "published"),
    }  # fmt: skip
    assert [tuple(row) for row in results] == [
        ("done", "", "2026-11-22T01:00:00+08:00"),
        ("rejected", "子订单退款成功，不能发货", "2026-11-22T01:00:00+08:00"),
    ]


def test_a_result_in_other_words_is_set_aside(asked: Database, archive: Archive) -> None:
    """A row whose result is neither success nor failure is not guessed at; the others count."""
    taken = ingest(asked, archive, detail("1\t,成功,", "2\t,处理中,"), facts=FACTS)
    assert (taken.created, taken.quarantined) == (1, 1)
    assert "处理中" in taken.message
