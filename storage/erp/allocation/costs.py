"""What a parcel costs: a price per parcel, per zone, per piece, for splitting and for leaving something short.

Zones are found from the distance between provincial capitals; the table below is public geography (latitude and
longitude in hundredths of a degree). A province that nobody knows counts as the farthest zone, so that a bad address
never makes a warehouse look near.
"""

from dataclasses import dataclass
from functools import cache
from math import cos, hypot, radians

CAPITALS = {
    "上海": (3123, 12147), "云南": (2504, 10271), "内蒙": (4084, 11175), "北京": (3990, 11641),
    "台湾": (2503, 12157), "吉林": (4382, 12532), "四川": (3057, 10407), "天津": (3908, 11720),
    "宁夏": (3849, 10623), "安徽": (3182, 11723), "山东": (3665, 11712), "山西": (3787, 11255),
    "广东": (2313, 11326), "广西": (2282, 10832), "新疆": (4383, 8762), "江苏": (3206, 11880),
    "江西": (2868, 11586), "河北": (3804, 11451), "河南": (3476, 11365), "浙江": (3027, 12016),
    "海南": (2002, 11035), "湖北": (3059, 11430), "湖南": (2823, 11294), "澳门": (2220, 11354),
    "甘肃": (3606, 10383), "福建": (2608, 11930), "西藏": (2965, 9114), "贵州": (2665, 10663),
    "辽宁": (4180, 12343), "重庆": (2956, 10655), "陕西": (3434, 10894), "青海": (3662, 10178),
    "香港": (2232, 11417), "黑龙": (4580, 12653),
}  # fmt: skip
ZONE_LIMITS_KM = (0, 600, 1200, 1900)
FARTHEST = len(ZONE_LIMITS_KM)
_KM_PER_DEGREE = 111.2


@cache
def distance_km(one: str, other: str) -> int | None:
    """Kilometres between the capitals of two provinces, however their names are spelt out; None if one is unknown."""
    a, b = CAPITALS.get(one.strip()[:2]), CAPITALS.get(other.strip()[:2])
    if a is None or b is None:
        return None
    north = (a[0] - b[0]) / 100
    east = (a[1] - b[1]) / 100 * cos(radians((a[0] + b[0]) / 200))
    return round(hypot(north, east) * _KM_PER_DEGREE)


@cache
def zone(one: str, other: str) -> int:
    """0 within one province, then 1, 2, 3 by distance, 4 beyond or unknown."""
    km = distance_km(one, other)
    if km is None:
        return FARTHEST
    return next((zone for zone, limit in enumerate(ZONE_LIMITS_KM) if km <= limit), FARTHEST)


@dataclass(frozen=True)
class Costs:
    """Prices in fen that allocation weighs; the batch and its certificate are counted in them, in nothing else.

    `short_fen`: one piece left unfilled. `urgent_fen`: what is added for a piece that is due today (or was before),
    tomorrow, the day after. They are more than any two trips differ, so that goods go to what is due first and not to
    who lives nearer. `incomplete_fen`: an order that is not sent complete.
    """

    parcel_fen: int = 300
    zone_fen: tuple[int, ...] = (0, 60, 150, 300, 900)
    unit_fen: int = 30
    split_fen: int = 200
    short_fen: int = 4_000
    urgent_fen: tuple[int, ...] = (2_000, 1_000, 500)
    incomplete_fen: int = 800

    def trip_fen(self, warehouse_province: str, order_province: str) -> int:
        """One parcel from here to there, whatever is in it."""
        return self.parcel_fen + self.zone_fen[zone(warehouse_province, order_province)]

    def shortage_fen(self, priority: int, qty: int, days_left: int | None = None) -> int:
        """A sub-order of `qty` pieces left unfilled; a higher priority and an earlier deadline weigh more.

        `days_left`: whole days to the deadline, below 0 when it is over; None without one.
        """
        urgent = 0 if days_left is None else ([*self.urgent_fen, 0])[min(max(0, days_left), len(self.urgent_fen))]
        return (self.short_fen * (1 + max(0, priority)) + urgent) * qty
