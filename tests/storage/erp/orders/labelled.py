"""Labelled orders and addresses for the review, written without looking at its rules; imports none of them.

Faults are those that warehouse and customer-service people tell of, some of which no rule looks for.
"""

import random
from typing import NamedTuple

REAL = [
    ("浙江省", "杭州市", "余杭区"),
    ("浙江", "宁波市", "鄞州区"),
    ("广东省", "深圳市", "南山区"),
    ("广东", "东莞市", ""),
    ("北京市", "北京市", "朝阳区"),
    ("上海", "上海市", "浦东新区"),
    ("重庆市", "市辖区", "渝中区"),
    ("四川省", "成都市", "武侯区"),
    ("江苏省", "苏州市", "昆山市"),
    ("湖北省", "仙桃市", ""),
    ("新疆维吾尔自治区", "乌鲁木齐市", "天山区"),
    ("广西壮族自治区", "南宁市", "青秀区"),
    ("内蒙古自治区", "呼和浩特市", "赛罕区"),
    ("海南省", "三亚市", "吉阳区"),
    ("湖南", "长沙市", "岳麓区"),
    ("陕西省", "西安市", "雁塔区"),
    ("福建省", "厦门市", "思明区"),
    ("云南省", "昆明市", "官渡区"),
    ("山东省", "青岛市", "市南区"),
    ("河南省", "郑州市", "金水区"),
    ("辽宁省", "大连市", "沙河口区"),
    ("天津市", "天津市", "和平区"),
    ("贵州省", "贵阳市", "观山湖区"),
    ("吉林省", "延边朝鲜族自治州", "延吉市"),
]
DETAILS = [
    "五常大道168号梧桐公寓3幢2单元501室",
    "科技园北区高新中一道9号软件大厦12楼",
    "建设路88号",
    "人民医院住院部六楼护士站",
    "前进村三组",
    "世纪花园小区12-3-402",
    "中心小学门卫室",
    "解放街道红星社区菜鸟驿站",
    "沿江工业园A区7号厂房",
    "南大街18弄6号",
    "万达广场1楼星巴克旁",
    "理工大学南校区学生公寓5栋",
    "老街口供销超市",
    "和平里九区甲4号",
    "金桥镇西环路东段汽车站对面修车店",
    "胜利幼儿园门口",
    "工商银行城南支行",
    "气象局家属楼二单元",
    "体育馆东侧烧烤摊",
    "渔港码头冷库",
]
NAMES = ["李雷", "韩梅梅", "欧阳明月", "王", "Jim Green", "古丽·买买提", "陈先生"]


class Place(NamedTuple):
    """An address as a buyer writes it, and what is wrong with it: "" when a parcel arrives."""

    province: str
    city: str
    district: str
    detail: str
    name: str
    phone: str
    oaid: str
    fault: str


def good_place(chance: random.Random) -> Place:
    """An address to which a parcel arrives, in one of the shapes that platforms give."""
    province, city, district = chance.choice(REAL)
    mobile = f"1{chance.choice('3456789')}{chance.randint(10**8, 10**9 - 1)}"
    place = Place(province, city, district, chance.choice(DETAILS), chance.choice(NAMES), mobile, "", "")
    shape = chance.random()
    if shape < 0.15:
        return place._replace(
            name=place.name[0] + "**", phone=mobile[:3] + "****" + mobile[-4:], detail="****", oaid="1qz" + mobile
        )
    if shape < 0.25:
        return place._replace(phone=f"{mobile}-{chance.randint(1000, 9999)}")
    if shape < 0.30:
        return place._replace(phone=f"0{chance.choice(['571', '20', '10', '755'])}-{chance.randint(10**7, 9 * 10**7)}")
    if shape < 0.40:
        return place._replace(detail=f"{province}{city}{district}{place.detail}")
    if shape < 0.45:
        return place._replace(phone="+86 " + mobile)
    if shape < 0.48:
        return place._replace(province="香港特别行政区", city="九龙", district="油尖旺区", phone="61234567",
                              detail="弥敦道100号8楼")  # fmt: skip
    return place


FAULTS = (
    "no province", "city of another province", "district of another city", "no detail", "detail too vague",
    "one character over and over", "no name", "phone too short", "phone of letters", "phone of one digit", "no phone",
    "no such city", "only the district again", "keyboard noise", "two addresses in one",
)  # fmt: skip
UNSEEN = ("keyboard noise", "two addresses in one")
"""Faults that the review's author had no rule for when this was written: their recall is told, not asked for."""


def bad_place(chance: random.Random, fault: str) -> Place:
    """An address with one fault."""
    place = good_place(chance)
    while place.oaid or "香港" in place.province or not place.district:
        place = good_place(chance)
    other = next(r for r in chance.sample(REAL, len(REAL)) if r[0][:2] != place.province[:2] and r[2])
    changes = {
        "no province": {"province": ""},
        "city of another province": {"city": other[1] if other[1][:2] != other[0][:2] else "保定市",
                                     "province": place.province if place.province[:2] != "河北" else "浙江省"},
        "district of another city": {"district": "秀英区"},
        "no detail": {"detail": chance.choice(["", " ", "无"])},
        "detail too vague": {"detail": chance.choice(["家里", "老地方", "公司"])},
        "one character over and over": {"detail": chance.choice(["11111111", "哈哈哈哈哈哈"])},
        "no name": {"name": ""},
        "phone too short": {"phone": "138001380"},
        "phone of letters": {"phone": "请打微信abc"},
        "phone of one digit": {"phone": "13333333333"[:3] + "3" * 8},
        "no phone": {"phone": ""},
        "no such city": {"city": "临江门市"},
        "only the district again": {"detail": f"{place.province}{place.city}{place.district}"},
        "keyboard noise": {"detail": chance.choice(["asdfgh12", "啊啊是的发1"])},
        "two addresses in one": {"detail": "文一路1号，不对，是南京西路2号"},
    }[fault]  # fmt: skip
    return place._replace(**changes, fault=fault)


def places(seed: int, good: int, bad: int) -> list[Place]:
    """So many addresses of both kinds, shuffled."""
    chance = random.Random(seed)
    found = [good_place(chance) for _ in range(good)]
    found += [bad_place(chance, FAULTS[number % len(FAULTS)]) for number in range(bad)]
    chance.shuffle(found)
    return found


class Labelled(NamedTuple):
    """An order: what its head, line and detail say beside the ordinary, and what is wrong with it ("" clean)."""

    order_no: str
    code: str
    qty: int
    head: dict[str, object]
    line: dict[str, object]
    detail: dict[str, object]
    fault: str


ORDER_FAULTS = (
    "unpaid", "unknown product", "bad address", "all refunding", "refund of the order", "wish in the memo",
    "shop says wait", "red flag", "over the campaign", "outside the campaign", "deposit only", "brushing", "test order",
    "nothing in stock", "half paid", "buyers at one address", "price slip", "serial refunder", "order storm",
    "gift card shopper",
)  # fmt: skip
FRAUD = ("buyers at one address", "price slip", "serial refunder", "order storm", "gift card shopper")
NO_SIGN = ("gift card shopper",)
"""A fraud that leaves no sign in the books: told, not asked for."""


def _clean(chance: random.Random, number: int) -> Labelled:
    """An ordinary order; some look a little odd, as ordinary orders do."""
    detail: dict[str, object] = {
        "buyer": f"c{chance.randint(0, 260)}", "address_key": f"home{number // 2}", "address_state": "complete",
        "buyer_memo": chance.choice(["", "", "", "", "谢谢", "请尽快", "发顺丰"]),
    }  # fmt: skip
    qty = chance.choice([1, 1, 1, 2, 3, 12])
    paid = chance.choice([100, 100, 100, 90, 55])
    line = {"paid_share_fen": 10 * paid * qty}
    return Labelled(f"{number:05}", "A", qty, {"paid_fen": 10 * paid * qty}, line, detail, "")


def _faulty(chance: random.Random, number: int, fault: str) -> list[Labelled]:
    one = _clean(chance, number)
    detail = {**one.detail, "buyer": f"f{number}", "buyer_memo": ""}
    one = one._replace(detail=detail, fault=fault, qty=1, head={"paid_fen": 1000}, line={"paid_share_fen": 1000})
    simple = {
        "unpaid": {"head": {"paid_fen": 1000, "pay_state": "unpaid", "paid_at": ""}},
        "unknown product": {"code": chance.choice(["", "A-旧", "链接补差"])},
        "bad address": {"detail": {**detail, "address_state": "DETAIL"}},
        "all refunding": {"line": {"paid_share_fen": 1000, "refund_status": "退款中"}},
        "refund of the order": {"head": {"paid_fen": 1000, "refund_state": "open"}},
        "wish in the memo": {
            "detail": {**detail, "buyer_memo": chance.choice(["不要香菜色", "送人的，别放发票", "颜色随机吗"])}
        },
        "shop says wait": {"detail": {**detail, "seller_memo": chance.choice(["先别发 等客户", "客户改地址中"])}},
        "red flag": {"detail": {**detail, "flag": "红"}},
        "over the campaign": {"detail": {**detail, "campaign": "秒杀"}, "qty": 3, "line": {"paid_share_fen": 3000},
                              "head": {"paid_fen": 3000}},
        "outside the campaign": {"detail": {**detail, "campaign": "秒杀"},
                                 "head": {"paid_fen": 1000, "created_at": "2026-11-22 00:00:01"}},
        "deposit only": {"detail": {**detail, "order_type": "presale", "balance_state": "deposit_paid"}},
        "brushing": {"detail": {**detail, "order_type": "brushing"}},
        "test order": {"detail": {**detail, "order_type": "test"}},
        "nothing in stock": {"code": "B"},
        "half paid": {"head": {"paid_fen": 2000}, "line": {"paid_share_fen": 2000}, "qty": 2},
        "price slip": {"line": {"paid_share_fen": 19}, "head": {"paid_fen": 19}},
        "gift card shopper": {"qty": 2, "line": {"paid_share_fen": 2000}, "head": {"paid_fen": 2000}},
    }  # fmt: skip
    if fault in simple:
        return [one._replace(**simple[fault])]
    return _pattern(one, fault)


def _pattern(one: Labelled, fault: str) -> list[Labelled]:
    """Faults that show only in several orders together."""
    if fault == "buyers at one address":
        return [one._replace(order_no=f"{one.order_no}{n}", detail={**one.detail, "buyer": f"{one.order_no}b{n}",
                             "address_key": f"nest{one.order_no}"}, qty=60, line={"paid_share_fen": 60_000},
                             head={"paid_fen": 60_000}) for n in range(6)]  # fmt: skip
    if fault == "order storm":
        mine = [one._replace(order_no=f"{one.order_no}{n}", head={**one.head, "created_at": f"2026-11-21 08:{n:02}:00"})
                for n in range(14)]  # fmt: skip
        return [order._replace(fault="" if n < 9 else fault) for n, order in enumerate(mine)]
    past = [one._replace(order_no=f"{one.order_no}{n}", fault="past", detail={**one.detail},
                         head={**one.head, "created_at": f"2026-10-{n + 1:02} 08:00:00", "pay_state": "refunded",
                               "refunded_fen": 1000}) for n in range(6)]  # fmt: skip
    return [
        *past,
        one._replace(order_no=f"{one.order_no}9", qty=60, line={"paid_share_fen": 60_000}, head={"paid_fen": 60_000}),
    ]


def orders(seed: int, clean: int, faulty: int) -> list[Labelled]:
    """So many clean orders, and at least so many with each of the faults in turn."""
    chance = random.Random(seed)
    found = [_clean(chance, number) for number in range(clean)]
    for number in range(faulty):
        found += _faulty(chance, 50_000 + number, ORDER_FAULTS[number % len(ORDER_FAULTS)])
    return found
