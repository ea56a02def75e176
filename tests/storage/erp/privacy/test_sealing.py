"""What is sealed can be opened by its owner only, where it belongs, and is found again without being opened."""

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.erp.privacy.address_book import Address, OrderKey, person_index, sealed_row
from storage.erp.privacy.errors import KeyMissing, KeysBroken, SealBroken
from storage.erp.privacy.normal import is_masked, masked, normal
from storage.erp.privacy.sealing import Keys, blind, seal, unseal

KEYS = Keys.new()


@given(st.text(), st.text())
def test_what_is_sealed_is_opened_again(plain: str, about: str) -> None:
    """Any text comes back exactly, in its own place."""
    assert unseal(KEYS, seal(KEYS, plain, about), about) == plain


def test_the_same_seals_the_same_in_its_place_only() -> None:
    """Importing twice changes nothing, while the same number in two orders cannot be seen to be the same."""
    assert seal(KEYS, "13800138000", "a") == seal(KEYS, "13800138000", "a")
    assert seal(KEYS, "13800138000", "a") != seal(KEYS, "13800138000", "b")


@pytest.mark.parametrize("place", [0, 7, -1])
def test_a_changed_or_moved_seal_is_refused(place: int) -> None:
    """One flipped bit, another row, another person's key: nothing is shown."""
    sealed = seal(KEYS, "13800138000", "order 1")
    key_id, content = sealed.split(".")
    raw = bytearray(base64.urlsafe_b64decode(content))
    raw[place] ^= 1
    with pytest.raises(SealBroken):
        unseal(KEYS, f"{key_id}.{base64.urlsafe_b64encode(raw).decode()}", "order 1")
    with pytest.raises(SealBroken):
        unseal(KEYS, sealed, "order 2")
    with pytest.raises(SealBroken):
        unseal(Keys.new(), sealed, "order 1")


def test_an_old_key_opens_until_it_is_thrown_away() -> None:
    """After rotation the new key seals and the old one still opens; without it the error names the key."""
    sealed = seal(KEYS, "杭州", "x")
    later = KEYS.rotated("2")
    assert (unseal(later, sealed, "x"), seal(later, "杭州", "x")[:2]) == ("杭州", "2.")
    with pytest.raises(KeyMissing) as caught:
        unseal(Keys("2", {"2": later.sealing["2"]}, KEYS.index), sealed, "x")
    assert "1" in caught.value.message("en")


def test_keys_come_back_from_a_vault_and_are_never_shown() -> None:
    """Their text makes the same keys; their repr holds no secret; broken text is refused."""
    assert Keys.from_text(KEYS.text()) == KEYS
    assert KEYS.index.hex() not in repr(KEYS)
    assert KEYS.sealing["1"].hex() not in repr(KEYS)
    for text in ("", "{}", KEYS.text().replace('"current": "1"', '"current": "9"')):
        with pytest.raises(KeysBroken):
            Keys.from_text(text)


@pytest.mark.parametrize(
    "said", ["13800138000", "+86 138-0013-8000", "００８６１３８００１３８０００", "138 0013 8000"]
)
def test_a_phone_is_found_however_it_is_written(said: str) -> None:
    """Country code, width, spaces and dashes make no other number."""
    assert blind(KEYS, "phone", said) == blind(KEYS, "phone", "13800138000")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "13800138000", "13800138001"),
        ("phone", "17012345678-1234", "17012345678-1235"),
        ("phone", "17012345678", "17012345678转1235"),
        ("phone", "057188880000", "13800138000"),
        ("name", "张三", "张三丰"),
        ("address", "文一路1号", "文一路11号"),
    ],
)
def test_other_people_are_other_people(kind: str, one: str, other: str) -> None:
    """A virtual number's extension, one more digit, one more character: somebody else."""
    assert normal(kind, one) != normal(kind, other)
    assert blind(KEYS, kind, one) != blind(KEYS, kind, other)


def test_an_index_says_nothing_without_its_key() -> None:
    """Another key or another kind makes another index, so numbers cannot be tried out in bulk on a stolen database."""
    assert blind(KEYS, "phone", "13800138000") != blind(Keys.new(), "phone", "13800138000")
    assert blind(KEYS, "phone", "13800138000") != blind(KEYS, "name", "13800138000")
    assert blind(KEYS, "phone", "") == ""


@given(
    st.text(alphabet=string.digits, min_size=11, max_size=13),
    st.text(alphabet="文一路号楼单元室0123456789", min_size=4),
)
def test_masks_hide(phone: str, address: str) -> None:
    """Of a number the middle is gone, of an address everything below its district; a mask is seen as one."""
    assert phone not in masked("phone", phone)
    assert masked("address", address, keep="浙江省杭州市西湖区") == "浙江省杭州市西湖区****"
    assert is_masked(masked("phone", phone))
    assert masked("name", "张三") == "张*"


def test_what_the_platform_masked_passes_through() -> None:
    """Stars and OAID stay as they came: not sealed, not indexed, not masked again; OAID tells who is the same."""
    row = sealed_row(KEYS, OrderKey("taobao", "s", "1"), Address("张*", "138****8000", "浙江省**", oaid="1aB+/="))
    assert (row["name_sealed"], row["phone_index"], row["phone_masked"]) == ("", "", "138****8000")
    assert row["oaid"] == "1aB+/="
    same = person_index(KEYS, Address("李*", oaid="1aB+/="))
    assert row["person_index"] == same != person_index(KEYS, Address(oaid="1ab+/="))


def test_one_person_one_place_has_one_index() -> None:
    """Orders merge only when name, phone and whole address are the same; half an address or stars never merge."""
    one = Address("张三", "13800138000", "文一路 1号", "浙江省", "杭州市", "西湖区")
    assert person_index(KEYS, one) == person_index(KEYS, one._replace(phone="+8613800138000", address="文一路1号"))
    for other in (one._replace(name="李四"), one._replace(district="上城区"), one._replace(address="文一路2号")):
        assert person_index(KEYS, other) not in ("", person_index(KEYS, one))
    for nobody in (one._replace(address=""), one._replace(phone="138****8000"), one._replace(address="文一路**")):
        assert person_index(KEYS, nobody) == ""


def test_an_address_does_not_show_itself() -> None:
    """What lands in a log by accident holds neither name nor number nor street."""
    shown = repr(Address("张三", "13800138000", "文一路1号", "浙江省"))
    assert "张三" not in shown
    assert "138" not in shown
    assert "文一路" not in shown
