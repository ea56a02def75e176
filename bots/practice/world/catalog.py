"""What the shops sell: styles with their codes, products per shop, bundles, shelf state and prices."""

from dataclasses import dataclass, field
from random import Random

from bots.practice.world.sizes import WorldSize

_GOODS = (
    ("家居/收纳", "收纳箱", 3_990),
    ("家居/床品", "四件套", 15_900),
    ("家居/灯具", "台灯", 8_900),
    ("厨房/餐具", "餐盘", 2_590),
    ("厨房/锅具", "平底锅", 12_900),
    ("厨房/杯壶", "保温杯", 6_990),
    ("服饰/T恤", "短袖T恤", 5_990),
    ("服饰/袜子", "中筒袜", 1_990),
    ("服饰/卫衣", "连帽卫衣", 12_900),
    ("个护/毛巾", "毛巾", 1_890),
    ("个护/牙刷", "软毛牙刷", 1_290),
    ("文具/本册", "笔记本", 1_590),
    ("文具/笔", "中性笔", 990),
    ("宠物/用品", "猫抓板", 3_590),
    ("户外/背包", "双肩包", 15_900),
    ("母婴/玩具", "积木", 7_990),
)
_MOODS = ("北欧", "日式", "简约", "复古", "加厚", "轻奢", "便携", "大容量", "儿童", "商务", "森系", "防滑")
_COLOURS = ("白色", "黑色", "雾蓝", "燕麦", "墨绿", "樱粉", "浅灰", "焦糖")
_MODELS = ("小号", "中号", "大号")


@dataclass(slots=True)
class Style:
    """One design and its codes. `role` says what its stock is made for: plain, delist, list, empty, scarce, ample."""

    number: int
    title: str
    category: str
    role: str
    codes: list[str]
    specs: list[str]
    prices_fen: list[int]


@dataclass(slots=True)
class Product:
    """One listing of a style (or of a bundle) in one shop."""

    product_id: str
    shop_id: str
    title: str
    category: str
    on_shelf: bool
    role: str
    price_fen: int = 0
    floor_price_fen: int = 0


@dataclass(slots=True)
class Sku:
    """One sellable line of a product; `code` is the 商家编码 that warehouses know (or a bundle's code)."""

    sku_id: str
    product: Product
    code: str
    spec: str
    price_fen: int
    platform_stock: int = 0


@dataclass(slots=True)
class Catalog:
    """Everything on offer, in the order it was made."""

    styles: list[Style] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    skus: list[Sku] = field(default_factory=list)
    bundles: dict[str, dict[str, int]] = field(default_factory=dict)
    cost_fen: dict[str, int] = field(default_factory=dict)
    role_of_code: dict[str, str] = field(default_factory=dict)

    def components(self, code: str) -> dict[str, int]:
        """What one piece of `code` takes out of the warehouses."""
        return self.bundles.get(code, {code: 1})


def make_catalog(rng: Random, size: WorldSize) -> Catalog:
    """The catalog of a world of this size."""
    catalog = Catalog()
    for number, role in enumerate(_roles(size)):
        style = _style(rng, size, number, role)
        catalog.styles.append(style)
        for code, price_fen in zip(style.codes, style.prices_fen, strict=True):
            catalog.cost_fen[code] = price_fen * rng.randint(38, 58) // 100
            catalog.role_of_code[code] = role
        for shop_id in _shops_of(rng, size, style):
            _offer(rng, catalog, shop_id, style)
    _add_bundles(rng, catalog, size)
    return catalog


def _roles(size: WorldSize) -> list[str]:
    special = (
        ["delist"] * size.to_delist
        + ["list"] * size.to_list
        + ["empty"] * size.empty_off_shelf
        + ["scarce"] * size.scarce
        + ["ample"] * size.ample
    )
    return special + ["plain"] * (size.styles - len(special))


def _style(rng: Random, size: WorldSize, number: int, role: str) -> Style:
    category, thing, base_fen = _GOODS[number % len(_GOODS)]
    title = f"{rng.choice(_MOODS)}{thing} {number + 101}款"
    least = 2 if role == "scarce" else 1
    count = rng.randint(least, size.max_specs)
    colours = rng.sample(_COLOURS, count)
    specs = [f"颜色:{colour};尺寸:{rng.choice(_MODELS)}" for colour in colours]
    codes = [f"YB{number + 1:04d}-{i + 1:02d}" for i in range(count)]
    around_fen = base_fen * rng.randint(80, 140) // 100
    prices_fen = [max(300, around_fen + rng.randint(-3, 6) * 100) for _ in range(count)]
    return Style(number, title, category, role, codes, specs, prices_fen)


def _shops_of(rng: Random, size: WorldSize, style: Style) -> list[str]:
    """Styles with a special shelf role are sold by one shop only, so that one style is one product to act on."""
    if style.role in ("delist", "list", "empty", "ample"):
        return [size.shop_ids[style.number % len(size.shop_ids)]]
    count = rng.choices((1, 2, 3), (45, 35, 20))[0]
    return sorted(rng.sample(size.shop_ids, min(count, len(size.shop_ids))))


def _offer(rng: Random, catalog: Catalog, shop_id: str, style: Style) -> None:
    product = Product(
        product_id=_product_id(len(catalog.products), rng),
        shop_id=shop_id,
        title=style.title,
        category=style.category,
        on_shelf=style.role not in ("list", "empty"),
        role=style.role,
    )
    catalog.products.append(product)
    for code, spec, price_fen in zip(style.codes, style.specs, style.prices_fen, strict=True):
        own_fen = price_fen + rng.choice((0, 0, 0, 100, -100, 50))
        catalog.skus.append(Sku(_sku_id(len(catalog.skus), rng), product, code, spec, own_fen))
    _price(rng, product, [sku.price_fen for sku in catalog.skus if sku.product is product])


def _price(rng: Random, product: Product, prices_fen: list[int]) -> None:
    """An activity accepts prices up to 84-93 % of the cheapest SKU: some candidates of 90 % are refused."""
    product.price_fen = min(prices_fen)
    product.floor_price_fen = product.price_fen * rng.randint(84, 93) // 100


def _add_bundles(rng: Random, catalog: Catalog, size: WorldSize) -> None:
    plain = [style for style in catalog.styles if style.role in ("plain", "ample")]
    for number in range(size.bundles):
        parts = rng.sample(plain, rng.choice((2, 2, 3)))
        code = f"TZ{number + 1:04d}"
        makes = {rng.choice(style.codes): rng.choice((1, 1, 1, 2, 3)) for style in parts}
        catalog.bundles[code] = dict(sorted(makes.items()))
        price_fen = sum(
            _price_of(style, part) * qty for style in parts for part, qty in makes.items() if part in style.codes
        )
        shop_id = size.shop_ids[number % len(size.shop_ids)]
        product = Product(
            product_id=_product_id(len(catalog.products), rng),
            shop_id=shop_id,
            title=f"组合装 {'+'.join(style.title.split()[0] for style in parts)} {number + 1}号",
            category=parts[0].category,
            on_shelf=True,
            role="bundle",
        )
        catalog.products.append(product)
        sku = Sku(_sku_id(len(catalog.skus), rng), product, code, "套餐:组合装", price_fen * 92 // 100)
        catalog.skus.append(sku)
        _price(rng, product, [sku.price_fen])


def _price_of(style: Style, code: str) -> int:
    return style.prices_fen[style.codes.index(code)]


def _product_id(number: int, rng: Random) -> str:
    return f"68{number + 1201:05d}{rng.randrange(100_000):05d}"


def _sku_id(number: int, rng: Random) -> str:
    return f"50{number + 10_301:06d}{rng.randrange(100_000):05d}"
