"""What the stock book refuses.

StockError (a BookError)
├── MoveConflict          the same document line says something else than before
├── OpenedAlready         a second opening count would count the goods twice
├── NotEnoughStock        goods would leave that are not there, or that are held for someone
├── ReservationConflict   the same owner asks for something else than it holds
├── ReservationEnded      a reservation ends exactly once
└── BundleCircular        a bundle contains itself
"""

from typing import ClassVar

from storage.errors import BookError, Who


class StockError(BookError):
    """The stock book stays as it was."""

    who: ClassVar[Who] = "business"
    code = "E-STOCK"


class MoveConflict(StockError):
    """A move is written once and never changed; a correction is a new document."""

    code = "E-MOVE-CONFLICT"
    zh = "库存单据 {move} 已入账，{field} 原为 {known}，这次却是 {found}"
    en = "stock move {move} is in the books with {field} {known}; now it says {found}"
    zh_hint = "库存流水只增不改：请用新的单据号更正"
    en_hint = "moves are never changed: correct it by a new document"

    def __init__(self, move: str, field: str, known: str, found: str) -> None:
        super().__init__(move=move, field=field, known=known, found=found)


class OpenedAlready(StockError):
    """A warehouse's stock of a code is opened once; a later count is a difference, not an opening."""

    code = "E-OPENED"
    zh = "仓库 {warehouse} 的 {stock_code} 已由 {known} 期初入账，{found} 不能再作期初，否则库存会翻倍"
    en = "{stock_code} in {warehouse} was opened by {known}; {found} would count it twice"
    zh_hint = "后来的盘点请与账面比较，按差异做盘点单"
    en_hint = "compare a later count with the books and enter the difference"

    def __init__(self, warehouse: str, stock_code: str, known: str, found: str) -> None:
        super().__init__(warehouse=warehouse, stock_code=stock_code, known=known, found=found)


class NotEnoughStock(StockError):
    """An issue or transfer asks for more than is free."""

    code = "E-STOCK-SHORT"
    zh = "仓库 {warehouse} 的 {stock_code} 只有 {free} 件可用，要出 {wanted} 件"
    en = "warehouse {warehouse} has {free} of {stock_code} free, {wanted} are to leave"
    zh_hint = "先盘点，或先释放占用"
    en_hint = "count it, or release what is held"

    def __init__(self, warehouse: str, stock_code: str, wanted: int, free: int) -> None:
        super().__init__(warehouse=warehouse, stock_code=stock_code, wanted=wanted, free=free)


class ReservationConflict(StockError):
    """One owner, one set of lines."""

    who = "author"
    code = "E-RESERVATION"
    zh = "{owner} 已占用了别的数量或商品"
    en = "{owner} holds something else already"

    def __init__(self, owner: str) -> None:
        super().__init__(owner=owner)


class ReservationEnded(StockError):
    """Consumed, void and expired are final."""

    who = "author"
    code = "E-RESERVATION-ENDED"
    zh = "{owner} 的占用已结束（{state}），不能再变为 {wanted}"
    en = "the reservation of {owner} ended as {state}; it cannot become {wanted}"

    def __init__(self, owner: str, state: str, wanted: str) -> None:
        super().__init__(owner=owner, state=state, wanted=wanted)


class BundleCircular(StockError):
    """A bundle of which it is itself a part can never be packed."""

    code = "E-BUNDLE"
    zh = "组合商品 {bundle} 的构成里包含它自己"
    en = "bundle {bundle} contains itself"
    zh_hint = "在平台改正组合构成后重新导出商品"
    en_hint = "correct the bundle at the platform and export the products again"

    def __init__(self, bundle: str) -> None:
        super().__init__(bundle=bundle)
