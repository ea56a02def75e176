"""What the codes of holds are called where people read."""

HOLD_NAMES: dict[str, tuple[str, str]] = {
    "ADDRESS": ("地址有问题", "address"),
    "BRUSHING": ("补单", "brushing"),
    "BUYER_MEMO": ("买家留言", "buyer's note"),
    "CAMPAIGN_GROUP": ("不是活动人群", "not this campaign's buyer"),
    "CAMPAIGN_LIMIT": ("超过活动限购", "over the campaign's limit"),
    "CAMPAIGN_TIME": ("不在活动期间", "outside the campaign"),
    "COOLING": ("等一会儿再发", "waits a while"),
    "FLAG": ("旗标", "flag"),
    "FRAUD": ("有风险", "risky"),
    "GIFT_SHORT": ("缺赠品", "gift missing"),
    "NOT_PAID": ("未付款", "not paid"),
    "OUT_OF_STOCK": ("缺货", "out of stock"),
    "PRESALE_BALANCE": ("尾款未付", "balance unpaid"),
    "PRESALE_QUOTA": ("预售名额不够", "presale quota"),
    "REFUND_OPEN": ("有退款", "refund open"),
    "SELLER_MEMO": ("卖家备注", "seller's note"),
    "TEST": ("测试单", "test order"),
    "UNMAPPED": ("没对应商品", "goods unknown"),
}
"""Code -> its name, zh and en. A hold by hand may have a code of its own."""


def hold_name(code: str, lang: str = "zh") -> str:
    """The name of a code; the code itself where it has none."""
    return HOLD_NAMES[code][lang == "en"] if code in HOLD_NAMES else code
