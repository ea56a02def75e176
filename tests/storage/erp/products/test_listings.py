"""What platforms are to show: edited once, sent where it differs, believed when a bot or an export says so."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.archive import Archive, Facts
from storage.database.tables import channel_sku, command
from storage.erp.audit.errors import BotCannotDecide
from storage.erp.commands import worklists
from storage.erp.commands.results import apply_results
from storage.erp.commands.wanted import Wanted
from storage.erp.products import listings, sending
from storage.erp.products.errors import CodeUnknown, ValueWrong
from storage.erp.products.listings import STATUS, Shown
from storage.ingest import ingest

NIGHT, NEXT, THIRD, LATER = "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"
BEFORE, AFTER = "2026-11-20T00:00:00+00:00", "2026-11-23T00:00:00+00:00"


def publish(shop, night: str = NIGHT) -> list[str]:
    """One night's commands; a second call must write none."""
    fresh = shop.write(lambda c: listings.publish_differences(c, night))
    assert shop.write(lambda c: listings.publish_differences(c, night)) == []
    return sorted(fresh)


def data(shop, command_id: str) -> dict[str, str]:
    """The row that a bot gets."""
    found = shop.read(
        lambda c: c.execute(select(command.c.data).where(command.c.command_id == command_id)).scalar_one()
    )
    told: dict[str, str] = json.loads(found)
    return told


@pytest.mark.function("PIM-09")
def test_edited_once_only_what_changed_is_sent_and_the_result_is_kept(shop) -> None:
    """Two shops show a SKU, one of them with the new price already: it gets the title only, the other gets both."""
    shop.sku("A")
    shop.listed("1", "A", price_fen=8800)
    shop.listed("2", "A", shop="shop_b")
    edit = lambda c: listings.wish_everywhere(c, "A", {"price_fen": "8800", "title": "新杯"}, who="anna", why="换季")  # noqa: E731
    assert (shop.write(edit), shop.write(edit)) == (4, 0)
    one, two = f"to_edit|shop_a|P1|1|{NIGHT}", f"to_edit|shop_b|P2|2|{NIGHT}"
    assert publish(shop) == [one, two]
    assert data(shop, one) == {"店铺": "shop_a", "商品ID": "P1", "SKU ID": "1", "商品名称": "新杯"}
    assert data(shop, two) == {"店铺": "shop_b", "商品ID": "P2", "SKU ID": "2", "商品名称": "新杯", "价格": "88.00"}
    shop.answer(one, "done")
    shop.answer(two, "rejected", run_id="R2", reason="标题含违禁词")
    assert {row.where.shop for row in shop.read(listings.differences)} == {"shop_b"}
    assert publish(shop, NEXT) == []  # done is done, and what was refused waits for a person
    confirmed = "SELECT confirmed, confirmed_by FROM listing WHERE confirmed_at <> ''"
    assert shop.read(lambda c: c.exec_driver_sql(confirmed).all()) == [("新杯", one)]
    shop.write(lambda c: listings.wish_everywhere(c, "A", {"title": "好杯"}, who="anna"))
    assert publish(shop, THIRD) == [f"to_edit|shop_a|P1|1|{THIRD}", f"to_edit|shop_b|P2|2|{THIRD}"]
    assert data(shop, f"to_edit|shop_b|P2|2|{THIRD}")["价格"] == "88.00"
    assert shop.sound()


def test_a_wish_taken_back_takes_its_command_back(shop) -> None:
    """A command that waits and is not wanted any more is withdrawn; another value replaces it the same night."""
    shop.sku("A")
    shop.listed("1", "A")
    where = Shown("practice", "shop_a", "P1", "1", "price_fen")
    for value in ("8800", "8700"):
        shop.write(lambda c, value=value: listings.wish(c, where, value, who="anna"))
        publish(shop)
    first, second = f"to_edit|shop_a|P1|1|{NIGHT}", f"to_edit|shop_a|P1|1|{NIGHT}#2"
    assert shop.commands() == {first: "withdrawn", second: "published"}
    assert data(shop, second)["价格"] == "87.00"
    shop.write(lambda c: listings.wish(c, where, "9900", who="anna"))
    assert publish(shop) == []
    assert set(shop.commands().values()) == {"withdrawn"}


@pytest.mark.function("PIM-22")
def test_the_shelf_is_asked_for_only_where_it_differs(shop) -> None:
    """Wanted against reported, per channel: a list of differences, and commands for these alone."""
    for number, (name, status) in enumerate(
        [("shop_a", "上架"), ("shop_a", "下架"), ("shop_b", "上架"), ("shop_b", "下架")]
    ):
        shop.listed(str(number), "", shop=name, status=status)
        where = Shown("practice", name, f"P{number}", "", STATUS)
        wanted = "下架" if number < 2 else "上架"
        shop.write(lambda c, where=where, wanted=wanted: listings.wish(c, where, wanted, who="anna"))
    assert shop.read(listings.decided_shelf)["shop_b", "P3"] == "上架"
    found = [(row.where.product_id, row.desired, row.reported) for row in shop.read(listings.differences)]
    assert found == [("P0", "下架", "上架"), ("P3", "上架", "下架")]
    assert publish(shop) == [f"to_delist|shop_a|P0|{NIGHT}", f"to_list|shop_b|P3|{NIGHT}"]


def test_a_person_goes_before_the_rule_by_stock(shop) -> None:
    """The rule would list a well-stocked product that anna took off the shelf: the command is withdrawn that night."""
    shop.sku("A", cost_fen=100, stock=50)
    for number, product in enumerate(("KEEP", "OFF")):
        shop.listed(str(number), "A", product_id=product, status="下架")
    shop.write(
        lambda c: listings.wish(c, Shown("practice", "shop_a", "OFF", "", STATUS), "下架", who="anna", why="质检")
    )
    assert shop.write(lambda c: worklists.publish(c, NIGHT))["to_list"] == 2
    assert publish(shop) == []
    assert shop.commands() == {f"to_list|shop_a|KEEP|{NIGHT}": "published", f"to_list|shop_a|OFF|{NIGHT}": "withdrawn"}


@pytest.mark.function("RPA-06")
def test_the_shelf_changes_by_a_result_and_a_later_export_that_disagrees_alerts(shop) -> None:
    """Asked, failed: nothing moved. Done: it did. A later export says otherwise: an alert, and it is asked again."""
    shop.listed("1", "", exported_at=BEFORE)
    where = Shown("practice", "shop_a", "P1", "", STATUS)
    shop.write(lambda c: listings.wish(c, where, "下架", who="anna", why="质检"))
    status = lambda: shop.read(lambda c: c.execute(select(channel_sku.c.status)).scalar_one())  # noqa: E731
    first = publish(shop)[0]
    assert status() == "上架"
    shop.answer(first, "failed")
    assert status() == "上架"
    second = publish(shop, NEXT)[0]
    shop.answer(second, "done", run_id="R2", at="2026-11-22T02:00:00+08:00")
    assert status() == "下架"
    assert shop.read(listings.differences) == []
    assert shop.read(listings.contradictions) == []
    shop.listed("1", "", status="下架", exported_at=AFTER)
    assert shop.read(listings.contradictions) == []
    shop.listed("1", "", status="上架", exported_at=AFTER)
    alerts = shop.read(listings.contradictions)
    assert [alert.where for alert in alerts] == [where]
    assert second in alerts[0].message
    assert "却是「上架」" in alerts[0].message
    assert publish(shop, THIRD) == [f"to_delist|shop_a|P1|{THIRD}"]
    assert shop.sound()


def test_an_older_export_is_no_contradiction(shop) -> None:
    """An export made before the bot's result cannot know of it, whatever zone either moment is written in."""
    shop.listed("1", "", exported_at="2026-11-21T01:59:00+08:00")
    shop.write(lambda c: listings.wish(c, Shown("practice", "shop_a", "P1", "", STATUS), "下架", who="anna"))
    shop.answer(publish(shop)[0], "done", at="2026-11-20T18:00:00+00:00")
    shop.listed("1", "", status="上架", exported_at="2026-11-21T01:59:00+08:00")
    assert shop.read(listings.contradictions) == []
    shop.listed("1", "", status="上架", exported_at="2026-11-21 02:00:01")
    assert len(shop.read(listings.contradictions)) == 1


@pytest.mark.parametrize(
    ("where", "value", "error"),
    [
        (Shown("practice", "shop_a", "P1", "", STATUS), "卖完", ValueWrong),
        (Shown("practice", "shop_a", "P1", "1", STATUS), "上架", ValueWrong),
        (Shown("practice", "shop_a", "P1", "1", "price_fen"), "88.00", ValueWrong),
        (Shown("practice", "shop_a", "P1", "1", "colour"), "红", ValueWrong),
        (Shown("practice", "shop_a", "P9", "", STATUS), "上架", CodeUnknown),
        (Shown("practice", "shop_b", "P1", "1", "title"), "杯", CodeUnknown),
    ],
)
def test_wishes_that_no_platform_could_fulfil_are_refused(shop, where, value, error) -> None:
    """Unknown fields, values and products; and a bot wishes nothing."""
    shop.listed("1", "")
    with pytest.raises(error):
        shop.write(lambda c: listings.wish(c, where, value, who="anna"))
    with pytest.raises(BotCannotDecide):
        shop.write(lambda c: listings.wish(c, Shown("practice", "shop_a", "P1", "", STATUS), "上架", who="bot-1"))


FORM = Wanted("to_enter", "shop_a", "供应商|9", {"店铺": "shop_a", "名称": "明达", "税号": "91330"}, "新供应商要录入")


def results(command_id: str, outcome: str, at: str, reason: str = "") -> bytes:
    """A result file as a run folder has it."""
    row = {"worklist": "to_enter", "key": "9", "outcome": outcome, "reason": reason, "at": at, "shop": "shop_a",
           "data": {**FORM.data, "_id": command_id}}  # fmt: skip
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()


@pytest.mark.function("RPA-05")
def test_a_form_is_entered_once_whatever_becomes_of_its_result(shop, tmp_path: Path) -> None:
    """A duplicate result file changes nothing; a refusal is not retried; a failure is, three times at most."""
    archive = Archive(tmp_path / "archive")

    def enter(night: str, form: Wanted = FORM) -> list[str]:
        fresh = shop.write(lambda c: sending.send(c, [form], night))
        assert shop.write(lambda c: sending.send(c, [form], night)) == []
        return [sent.command_id for sent in fresh]

    def answered(command_id: str, outcome: str, run_id: str) -> int:
        content = results(command_id, outcome, f"2026-11-2{run_id[-1]}T02:00:00+08:00")
        facts = Facts(name="results.jsonl", run_id=run_id, received_at=f"2026-11-2{run_id[-1]}T00:00:00+00:00")
        assert ingest(shop.database, archive, content, facts=facts).created == 1
        changed = shop.write(lambda c: apply_results(c, run_id)).changed
        again = ingest(shop.database, archive, content, facts=facts)
        assert (again.state, shop.write(lambda c: apply_results(c, run_id)).changed) == ("read", 0)
        return changed

    for number, night in enumerate((NIGHT, NEXT, THIRD), start=1):
        fresh = enter(night)
        assert fresh == [f"to_enter|shop_a|供应商|9|{night}"]
        assert answered(fresh[0], "failed", f"R{number}") == 1
    waiting = enter(LATER)
    assert shop.commands()[waiting[0]] == "person"
    assert enter("2026-11-25") == []
    other = FORM._replace(subject="供应商|10")
    assert answered(enter(LATER, other)[0], "rejected", "R5") == 1
    assert enter("2026-11-25", other) == []
    corrected = other._replace(data={**other.data, "税号": "91330100"})
    last = enter("2026-11-26", corrected)
    assert answered(last[0], "done", "R6") == 1
    assert enter("2026-11-27", corrected) == []
    assert shop.commands()[last[0]] == "done"
    assert shop.sound()
