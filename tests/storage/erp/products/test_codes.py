"""One internal SKU for everything that it is called anywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.erp.audit.errors import BotCannotDecide, RightMissing
from storage.erp.products import codes
from storage.erp.products.codes import ChannelId, NewSku
from storage.erp.products.errors import (
    CodeTaken,
    CodeUnknown,
    CombinationTaken,
    CombinationWrong,
    NameWrong,
)
from storage.erp.products.variants import add_options, add_spu, add_variant, canonical, fill_matrix, matrix, variants

AXES = {"颜色": ["红", "蓝"], "尺码": ["S", "M", "L"]}


@pytest.mark.function("PIM-01")
def test_one_internal_sku_for_all_channel_ids(shop) -> None:
    """Two platforms, three shops, four ids with a code, an alias, a barcode and none: one SKU; the rest is a list."""
    shop.sku("CUP-R")
    shop.listed("1", "CUP-R")
    shop.listed("2", "杯子-红", shop="shop_b")
    shop.listed("3", "6901234567892", platform="taobao", shop="tm")
    shop.listed("4", "", platform="taobao", shop="tm")
    shop.listed("5", "还没建档", shop="shop_b")
    ids = [ChannelId("practice", "shop_a", "1"), ChannelId("practice", "shop_b", "2"), ChannelId("taobao", "tm", "3"),
           ChannelId("taobao", "tm", "4")]  # fmt: skip
    shop.write(lambda c: codes.add_name(c, "CUP-R", "杯子-红", kind="alias", who="anna"))
    shop.write(lambda c: codes.add_name(c, "CUP-R", "6901234567892", kind="barcode", who="anna"))
    assert shop.read(codes.unmapped) == [ChannelId("practice", "shop_b", "5"), ids[3]]
    shop.write(lambda c: codes.map_channel(c, ids[3], "CUP-R", who="anna"))
    assert shop.read(lambda c: codes.channel_ids(c, "CUP-R")) == ids
    assert shop.read(codes.unmapped) == [ChannelId("practice", "shop_b", "5")]
    assert shop.sound()


@pytest.mark.function("PIM-02")
def test_a_duplicate_code_is_refused(shop) -> None:
    """A code, an alias or a barcode is one SKU's for ever, in any spelling; barcodes are n:1; no code is renamed."""
    shop.sku("A-1")
    shop.sku("B-1")
    shop.write(lambda c: codes.add_name(c, "A-1", "6900000000017", kind="barcode", who="anna"))
    shop.write(lambda c: codes.add_name(c, "A-1", "6900000000024", kind="barcode", who="anna"))
    shop.write(lambda c: codes.add_name(c, "A-1", "旧编码1", kind="alias", who="anna"))
    assert not shop.write(lambda c: codes.add_name(c, "A-1", "旧编码1", kind="alias", who="anna"))
    for taken in ("A-1", "a-1", "Ａ-1", "6900000000017", "旧编码1"):
        with pytest.raises(CodeTaken):
            shop.write(lambda c, taken=taken: codes.add_sku(c, NewSku(taken, "x"), who="anna"))
        with pytest.raises(CodeTaken):
            shop.write(lambda c, taken=taken: codes.add_name(c, "B-1", taken, kind="barcode", who="anna"))
    names = ["6900000000017", "6900000000024", "旧编码1", "A-1", "b-1"]
    assert shop.read(lambda c: codes.resolve(c, names)) == dict.fromkeys(names[:4], "A-1")
    shop.write(lambda c: codes.map_channel(c, codes.ChannelId("practice", "shop_a", "P1"), "B-1", who="anna"))
    assert shop.rows("SELECT code FROM sku ORDER BY code") == [("A-1",), ("B-1",)]


def test_a_code_that_exports_told_of_is_taken_up(shop) -> None:
    """Making a SKU that has stock and orders already keeps them under the same code, once."""
    shop.write(lambda c: c.exec_driver_sql("INSERT INTO sku (code, title, exported_at) VALUES ('OLD', '旧', '2026')"))
    shop.sku("OLD")
    with pytest.raises(CodeTaken):
        shop.sku("OLD")


@pytest.mark.parametrize("name", ["", " ", " A", "A|B", "A;B", "A*2", "=1+1", "+86", "@x", "A\tB"])
def test_names_that_destroy_sheets_are_refused(quiet, name: str) -> None:
    """Separators of ours, formulas and blanks are no codes."""
    with pytest.raises(NameWrong):
        quiet.sku(name)


def test_only_those_with_the_right_make_products(shop) -> None:
    """A bot and a person without the right change nothing; an unknown SKU has no names."""
    with pytest.raises(BotCannotDecide):
        shop.write(lambda c: codes.add_sku(c, NewSku("X", "x"), who="bot-1"))
    shop.write(lambda c: c.exec_driver_sql("UPDATE actor SET role = 'finance' WHERE who = 'anna'"))
    with pytest.raises(RightMissing):
        shop.sku("X")
    with pytest.raises(CodeUnknown):
        shop.write(lambda c: codes.add_name(c, "X", "Y", kind="alias", who="boss"))


@pytest.mark.function("PIM-04")
def test_no_combination_twice(shop) -> None:
    """Axes make a matrix; each combination is one SKU, however it is written; a second fill adds none."""
    shop.write(lambda c: add_spu(c, "TEE", "T恤", AXES, who="anna"))
    shop.write(lambda c: add_variant(c, "TEE", {"尺码": "M", "颜色": "红"}, "TEE-RM", "T恤 红 M", who="anna"))
    for again in ({"颜色": "红", "尺码": "M"}, {"颜色": " 红", "尺码": "ｍ"}):
        with pytest.raises(CombinationTaken):
            shop.write(lambda c, again=again: add_variant(c, "TEE", again, "TEE-X", "x", who="anna"))
    fill = lambda c: fill_matrix(c, "TEE", lambda options: "TEE-" + "-".join(options), "T恤", who="anna")  # noqa: E731
    assert len(shop.write(fill)) == 5
    assert shop.write(fill) == []
    shop.write(lambda c: add_options(c, "TEE", "颜色", ["红", "绿"], who="anna"))
    assert shop.write(fill) == ["TEE-绿-S", "TEE-绿-M", "TEE-绿-L"]
    cells = shop.read(lambda c: matrix(c, "TEE"))
    assert len({cell.combination for cell in cells}) == len({cell.code for cell in cells}) == 9
    assert shop.read(lambda c: variants(c, "TEE"))["尺码=M;颜色=红"] == "TEE-RM"


@pytest.fixture(scope="module")
def tee(quiet):
    """Books with the axes of a T-shirt."""
    quiet.write(lambda c: add_spu(c, "TEE", "T恤", AXES, who="anna"))
    return quiet


@pytest.mark.parametrize(
    "options", [{"颜色": "红"}, {"颜色": "红", "尺码": "XXL"}, {"颜色": "红", "尺码": "M", "款": "A"}, {}]
)
def test_half_or_unknown_combinations_are_refused(tee, options) -> None:
    """Every axis once, with an option that the SPU has."""
    with pytest.raises(CombinationWrong):
        tee.write(lambda c: add_variant(c, "TEE", options, "X", "x", who="anna"))


@pytest.mark.parametrize(
    "axes", [{"颜色": ["红", " 红"]}, {"颜色": [""]}, {"颜色": ["a=b"]}, {"色": ["1"], "色 ": ["2"]}]
)
def test_axes_that_are_the_same_to_a_person_are_refused(quiet, axes) -> None:
    """Doubled options and axes would make doubled variants."""
    with pytest.raises(CombinationWrong):
        quiet.write(lambda c: add_spu(c, "HAT", "T恤", axes, who="anna"))


@settings(max_examples=50, deadline=None)
@given(st.permutations(["颜色", "尺码"]), st.sampled_from(AXES["颜色"]), st.sampled_from(AXES["尺码"]))
def test_a_combination_has_one_spelling(order, colour, size) -> None:
    """The order in which axes are said makes no other combination."""
    said = {"颜色": colour, "尺码": size}
    assert canonical("TEE", {axis: said[axis] for axis in order}, AXES) == f"尺码={size};颜色={colour}"
