"""What the product library refuses.

ProductError (a BookError)
├── CodeTaken          a code, alias or barcode means something else already
├── CodeUnknown        no such code, alias or barcode
├── NameWrong          an empty name, or one that a sheet would destroy
├── CombinationTaken   the SPU has a variant of this combination
├── CombinationWrong   an axis or option that the SPU has not, or one left out
├── ValueWrong         not what the attribute holds
├── SetWrong           a pick-one set or lucky bag as it cannot be
├── CategoryCircular   a category under itself
├── PriceTie           two prices would be equally right at some moment
├── PriceFixed         a price row is withdrawn and made anew, never edited
├── PriceWrong         a window, amount or scope that cannot be
├── BatchFixed         a batch is applied once and taken back once
├── BatchOverwritten   what the batch wrote was changed since
├── GiftWrong          not a gift, or no parcel to put it in
└── QuotaGone          the activity or the buyer has no piece left
"""

from collections.abc import Sequence
from typing import ClassVar

from storage.errors import BookError, Who


class ProductError(BookError):
    """The library stays as it was."""

    who: ClassVar[Who] = "business"
    code = "E-PRODUCT"


class CodeTaken(ProductError):
    """One name, one code."""

    code = "E-CODE-TAKEN"
    zh = "「{name}」已经是 {known} 的{kind}，不能再用"
    en = "{name} is a name ({kind}) of {known} already"

    def __init__(self, name: str, kind: str, known: str) -> None:
        super().__init__(name=name, kind=kind, known=known)


class CodeUnknown(ProductError):
    """Nobody made a SKU of this code."""

    code = "E-CODE-UNKNOWN"
    zh = "没有编码、别名或条码「{name}」"
    en = "there is no code, alias or barcode {name}"

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class NameWrong(ProductError):
    """A code that could be mistaken, or that a spreadsheet computes or rounds."""

    code = "E-CODE-NAME"
    zh = "「{name}」不能作编码：{reason}"
    en = "{name} cannot be a code: {reason_en}"

    def __init__(self, name: str, reason: str, reason_en: str) -> None:
        super().__init__(name=name, reason=reason, reason_en=reason_en)


class CombinationTaken(ProductError):
    """No duplicate combination."""

    code = "E-COMBINATION-TAKEN"
    zh = "款 {spu} 的「{combination}」已经是 {known}"
    en = "{combination} of {spu} is {known} already"

    def __init__(self, spu: str, combination: str, known: str) -> None:
        super().__init__(spu=spu, combination=combination, known=known)


class CombinationWrong(ProductError):
    """Every axis once, with one of its options."""

    code = "E-COMBINATION"
    zh = "款 {spu} 的规格「{combination}」不对：{reason}"
    en = "{combination} is no combination of {spu}: {reason}"

    def __init__(self, spu: str, combination: str, reason: str) -> None:
        super().__init__(spu=spu, combination=combination, reason=reason)


class ValueWrong(ProductError):
    """The attribute has a type."""

    code = "E-ATTRIBUTE"
    zh = "属性「{attribute}」的值「{value}」不对：应为{reason}"
    en = "{value} is no value of {attribute}: it takes {reason}"

    def __init__(self, attribute: str, value: str, reason: str) -> None:
        super().__init__(attribute=attribute, value=value, reason=reason)


class SetWrong(ProductError):
    """A pick-one set or a lucky bag as it cannot be."""

    code = "E-SET"
    zh = "套装「{code}」写得不对：{reason}"
    en = "the set {code} cannot be: {reason_en}"
    zh_hint = "写法：A|B*2 是二选一（A 一件或 B 两件）；A|C;C|D 是两袋的福袋，每袋抽一样"
    en_hint = "A|B*2 is one of two (one A or two B); A|C;C|D is a lucky bag, one drawn from each of two"

    def __init__(self, code: str, reason: str, reason_en: str) -> None:
        super().__init__(code=code, reason=reason, reason_en=reason_en)


class CategoryCircular(ProductError):
    """The tree stays a tree."""

    code = "E-CATEGORY"
    zh = "类目 {category} 不能放到 {parent} 下面：{reason}"
    en = "{category} cannot be under {parent}: {reason}"

    def __init__(self, category: str, parent: str, reason: str) -> None:
        super().__init__(category=category, parent=parent, reason=reason)


class PriceTie(ProductError):
    """Which of the two holds would be chance, so the second is not saved."""

    code = "E-PRICE-TIE"
    zh = "{price_id} 与 {known} 同样具体，在 {since} 到 {until} 之间分不出先后"
    en = "{price_id} and {known} are equally specific from {since} to {until}"
    zh_hint = "改时间、范围或起订量，或先作废旧价"
    en_hint = "change window, scope or quantity, or withdraw the other one first"

    def __init__(self, price_id: str, known: str, since: str, until: str) -> None:
        super().__init__(price_id=price_id, known=known, since=since, until=until or "∞")


class PriceFixed(ProductError):
    """What a price was must stay readable."""

    code = "E-PRICE-FIXED"
    zh = "价格 {price_id} 已存在且内容不同；作废它，再用新编号保存"
    en = "price {price_id} is there with another content; withdraw it and save a new one"

    def __init__(self, price_id: str) -> None:
        super().__init__(price_id=price_id)


class PriceWrong(ProductError):
    """The row cannot be a price."""

    code = "E-PRICE"
    zh = "价格 {price_id} 不对：{reason}"
    en = "price {price_id} cannot be: {reason}"

    def __init__(self, price_id: str, reason: str) -> None:
        super().__init__(price_id=price_id, reason=reason)


class BatchFixed(ProductError):
    """The same batch id, another content or state."""

    code = "E-BATCH"
    zh = "批次 {batch_id} 的状态是 {state}，不能再{wanted}"
    en = "batch {batch_id} is {state_en}; it cannot be {wanted_en} again"

    def __init__(self, batch_id: str, state: str, wanted: str, wanted_en: str) -> None:
        """Facts: the batch, its state, "" where there is no such batch, and what was asked."""
        said, said_en = state or "不存在", state or "not there"
        super().__init__(batch_id=batch_id, state=said, state_en=said_en, wanted=wanted, wanted_en=wanted_en)


class BatchOverwritten(ProductError):
    """Taking it back would undo somebody else's work."""

    code = "E-BATCH-OVERWRITTEN"
    zh = "批次 {batch_id} 不能整批撤回：这些行后来又改过：{rows}"
    en = "batch {batch_id} cannot be taken back: these rows were changed since: {rows}"
    zh_hint = "先还原后来的改动，或逐行改正"
    en_hint = "undo the later changes first, or correct them row by row"

    def __init__(self, batch_id: str, rows: Sequence[str]) -> None:
        super().__init__(batch_id=batch_id, rows=list(rows))


class GiftWrong(ProductError):
    """A gift is a SKU marked as one, and goes into a parcel."""

    code = "E-GIFT"
    zh = "赠品 {gift} 不能放进 {parcel}：{reason}"
    en = "{gift} cannot go into {parcel}: {reason}"

    def __init__(self, gift: str, parcel: str, reason: str) -> None:
        super().__init__(gift=gift, parcel=parcel, reason=reason)


class QuotaGone(ProductError):
    """The quota is a promise to the platform."""

    code = "E-QUOTA"
    zh = "活动 {activity} 的 {sku} 名额不够：{reason}"
    en = "activity {activity} has no quota left for {sku}: {reason}"

    def __init__(self, activity: str, sku: str, reason: str) -> None:
        super().__init__(activity=activity, sku=sku, reason=reason)
