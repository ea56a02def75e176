"""Which price holds is never a matter of chance."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.erp.audit.errors import BotCannotDecide
from storage.erp.products import prices
from storage.erp.products.errors import CodeUnknown, PriceFixed, PriceTie, PriceWrong
from storage.erp.products.prices import Asked, Price, choose, ties

AT = "2026-11-11 12:00:00"
RETAIL = Price("R", "A", "retail", 10000)
TAOBAO = Price("C", "A", "channel", 9500, "taobao")
TM = Price("S", "A", "channel", 9300, "taobao", "tm")
GOLD = Price("M", "A", "member", 9000, level="gold")
BULK = Price("B", "A", "channel", 8800, "taobao", "tm", min_qty=10)
EVENT = Price("E", "A", "activity", 7900, "taobao", valid_from="2026-11-11 00:00:00", valid_to="2026-11-12 00:00:00")
ALL = (RETAIL, TAOBAO, TM, GOLD, BULK, EVENT)


def save(shop, row: Price) -> bool:
    """Save one row as anna."""
    return shop.write(lambda c: prices.save(c, row, who="anna"))


@pytest.fixture(scope="module")
def priced(quiet):
    """Books with a price of every kind."""
    quiet.sku("A")
    for row in ALL:
        assert save(quiet, row)
        assert not save(quiet, row)
    return quiet


@pytest.mark.function("PIM-18")
@pytest.mark.parametrize(
    ("asked", "winner"),
    [
        (Asked("A", "2026-11-10 12:00:00"), "R"),
        (Asked("A", "2026-11-10 12:00:00", "jd", "j"), "R"),
        (Asked("A", "2026-11-10 12:00:00", "taobao", "other"), "C"),
        (Asked("A", "2026-11-10 12:00:00", "taobao", "tm", qty=9), "S"),
        (Asked("A", "2026-11-10 12:00:00", "taobao", "tm", qty=10), "B"),
        (Asked("A", "2026-11-10 12:00:00", "taobao", "tm", "gold", 10), "M"),
        (Asked("A", AT, "taobao", "tm", "gold", 10), "E"),
        (Asked("A", AT, "jd", "j", "gold"), "M"),
    ],
)
def test_the_most_specific_valid_row_wins(priced, asked: Asked, winner: str) -> None:
    """Activity, member, channel, retail; shop before platform; greater quantity; a tie is refused at save time."""
    found = priced.read(lambda c: prices.price_of(c, asked))
    assert found is not None
    assert found.price_id == winner
    assert winner in found.words
    tie = next(row for row in ALL if row.price_id == winner)._replace(price_id="again", price_fen=1)
    with pytest.raises(PriceTie) as caught:
        save(priced, tie)
    assert winner in caught.value.message("zh")
    assert priced.read(lambda c: prices.prices_of(c, [asked, asked._replace(code="B")])) == [found, None]


@pytest.mark.function("PIM-16")
def test_prices_do_not_overlap_ambiguously(shop) -> None:
    """A second retail price may follow the first, not lie over any second of it; withdrawn ones are out of the way."""
    shop.sku("A")
    first = RETAIL._replace(valid_from="2026-01-01", valid_to="2026-07-01")
    save(shop, first)
    save(shop, RETAIL._replace(price_id="R2", price_fen=12000, valid_from="2026-07-01 00:00:00"))
    for number, (since, until) in enumerate(
        [
            ("2025-01-01", "2026-01-01 00:00:01"),
            ("2026-06-30 23:59:59", "2026-07-01"),
            ("2026-08-01", ""),
            ("2025-01-01", ""),
        ]
    ):
        with pytest.raises(PriceTie):
            save(shop, RETAIL._replace(price_id=f"X{number}", valid_from=since, valid_to=until))
    assert save(shop, RETAIL._replace(price_id="R0", valid_from="2025-01-01", valid_to="2026-01-01 00:00:00"))
    assert shop.write(lambda c: prices.withdraw(c, "R2", who="anna", why="调价"))
    assert save(shop, RETAIL._replace(price_id="R3", price_fen=13000, valid_from="2026-07-01"))
    at = lambda moment: shop.read(lambda c: prices.price_of(c, Asked("A", moment)))  # noqa: E731
    assert [found and found.price_id for found in map(at, ("2024-12-31 23:59:59", "2025-06-01 00:00:00",
            "2026-06-30 23:59:59", "2026-07-01 00:00:00"))] == [None, "R0", "R", "R3"]  # fmt: skip
    with pytest.raises(PriceFixed):
        save(shop, first._replace(price_fen=1))
    with pytest.raises(PriceFixed):
        save(shop, RETAIL._replace(price_id="R2", price_fen=12000, valid_from="2026-07-01 00:00:00"))


@pytest.mark.function("PIM-19")
def test_an_activity_begins_and_ends_on_the_second(shop) -> None:
    """The second before and the second of the end cost the usual price; the first and last second of it do not."""
    shop.sku("A")
    save(shop, RETAIL)
    save(shop, EVENT)
    for moment, expected in (
        ("2026-11-10 23:59:59", 10000), ("2026-11-11 00:00:00", 7900), ("2026-11-11 23:59:59", 7900),
        ("2026-11-12 00:00:00", 10000),
    ):  # fmt: skip
        found = shop.read(lambda c, moment=moment: prices.price_of(c, Asked("A", moment, "taobao")))
        assert found is not None
        assert found.price_fen == expected, moment
    assert "到 2026-11-12 00:00:00 前" in prices.choose([EVENT, RETAIL], Asked("A", AT, "taobao")).words


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "cheap"}, {"price_fen": -1}, {"min_qty": 0}, {"shop": "s"}, {"kind": "channel"}, {"kind": "member"},
        {"kind": "activity"}, {"platform": "jd"}, {"level": "gold"}, {"valid_from": "2026-02-30"}, {"valid_from": ""},
        {"valid_from": "2026-01-02", "valid_to": "2026-01-02 00:00:00"}, {"valid_to": "1999-01-01"},
    ],
)  # fmt: skip
def test_rows_that_cannot_be_prices_are_refused(priced, change) -> None:
    """Unknown kinds, negative amounts, half scopes, empty or impossible windows."""
    with pytest.raises(PriceWrong):
        save(priced, RETAIL._replace(**change))


def test_prices_are_for_known_codes_and_by_people(shop) -> None:
    """No price for a code that nobody made; none from a bot."""
    with pytest.raises(CodeUnknown):
        save(shop, RETAIL)
    with pytest.raises(BotCannotDecide):
        shop.write(lambda c: prices.save(c, RETAIL, who="bot-1"))


DAYS = [f"2026-11-{day:02d} 00:00:00" for day in range(1, 6)]
SOME = st.builds(
    lambda n, kind, place, level, qty, window: Price(
        f"p{n}", "A", kind, n, *place, level=level, min_qty=qty, valid_from=DAYS[window[0]], valid_to=DAYS[window[1]]
    ),
    st.integers(0, 99), st.sampled_from(sorted(prices.KINDS)), st.sampled_from([("", ""), ("t", ""), ("t", "s")]),
    st.sampled_from(["", "gold"]), st.sampled_from([1, 5]),
    st.sampled_from(list(itertools.combinations(range(5), 2))),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(SOME, max_size=14, unique_by=lambda row: row.price_id), st.randoms(use_true_random=False))
def test_without_ties_the_order_of_rows_never_matters(rows, rng) -> None:
    """Rows that the tie rule lets in give one winner for every purchase, in whatever order they are read."""
    kept: list[Price] = []
    for row in rows:
        if not any(ties(row, other) for other in kept):
            kept.append(row)
    mixed = rng.sample(kept, len(kept))
    for day, place, level, qty in itertools.product(DAYS, [("", ""), ("t", ""), ("t", "s")], ["", "gold"], [1, 5]):
        asked = Asked("A", day, *place, level=level, qty=qty)
        assert choose(kept, asked) == choose(mixed, asked)
