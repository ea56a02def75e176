"""What the stock book refuses.

StockError (a BookError)
├── MoveConflict          the same document line says something else than before
├── OpenedAlready         a second opening count would count the goods twice
├── NotEnoughStock        goods would leave that are not there, or that are held for someone
├── ReservationConflict   the same owner asks for something else than it holds
├── ReservationEnded      a reservation ends exactly once
├── ReservedMeanwhile     somebody wrote balances without taking the locks
├── BundleCircular        a bundle contains itself
├── DetailsWrong          the lots or serial numbers of a move do not add up to it
├── LotShort              a lot has not that much where it should leave from
├── BinFull               more goods than the bin takes
├── SerialElsewhere       a piece is not where it should leave from
├── TransferWrong         more arrives, is lost or comes back than is on its way
└── FormulaWrong          a channel's formula says something that it may not say
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


class ReservedMeanwhile(StockError):
    """The guard behind the locks: nothing is written."""

    who = "operator"
    code = "E-STOCK-RACE"
    zh = "有 {count} 行库存在占用时被别人改动，本次占用没有写入"
    en = "{count} balances were changed by someone else; nothing was reserved"
    zh_hint = "再试一次；如果反复出现，说明有程序绕过了库存账"
    en_hint = "try again; if it comes back, some program writes balances behind the books"

    def __init__(self, count: int) -> None:
        super().__init__(count=count)


class DetailsWrong(StockError):
    """Lots and serial numbers are told for every piece of a move, or for none."""

    code = "E-DETAILS"
    zh = "库存单据 {move} 是 {qty} 件，批次或序列号合计 {told} 件"
    en = "stock move {move} is of {qty} pieces, its lots or serial numbers are of {told}"

    def __init__(self, move: str, qty: int, told: int) -> None:
        super().__init__(move=move, qty=qty, told=told)


class LotShort(StockError):
    """A lot never goes below zero."""

    code = "E-LOT-SHORT"
    zh = "仓库 {warehouse} 的 {stock_code} 批次「{lot}」库位「{bin}」不够出 {wanted} 件"
    en = "warehouse {warehouse}: lot {lot} of {stock_code} in bin {bin} has not {wanted} pieces"
    zh_hint = "先盘点这个批次"
    en_hint = "count this lot first"

    def __init__(self, warehouse: str, stock_code: str, lot: str, bin_name: str, wanted: int) -> None:
        super().__init__(warehouse=warehouse, stock_code=stock_code, lot=lot, bin=bin_name, wanted=wanted)


class BinFull(StockError):
    """A bin takes what it takes."""

    code = "E-BIN-FULL"
    zh = "仓库 {warehouse} 的库位 {bin} 只能放 {capacity} 件，放了 {inside} 件"
    en = "bin {bin} of {warehouse} takes {capacity} pieces, {inside} would be in it"

    def __init__(self, warehouse: str, bin_name: str, capacity: int, inside: int) -> None:
        super().__init__(warehouse=warehouse, bin=bin_name, capacity=capacity, inside=inside)


class SerialElsewhere(StockError):
    """One piece, one place."""

    code = "E-SERIAL"
    zh = "{stock_code} 的序列号 {serial} 不在 {wanted}，在「{found}」"
    en = "serial number {serial} of {stock_code} is not at {wanted} but at {found}"

    def __init__(self, stock_code: str, serial: str, wanted: str, found: str) -> None:
        super().__init__(stock_code=stock_code, serial=serial, wanted=wanted, found=found)


class TransferWrong(StockError):
    """What left is accounted for: it arrived, was lost or came back."""

    code = "E-TRANSFER"
    zh = "调拨单 {transfer} 不能这样处理：{reason}"
    en = "transfer {transfer} cannot be settled like this: {reason}"

    def __init__(self, transfer: str, reason: str) -> None:
        super().__init__(transfer=transfer, reason=reason)


class FormulaWrong(StockError):
    """A formula has names, whole numbers, + - * //, min, max and brackets; nothing else."""

    who = "author"
    code = "E-FORMULA"
    zh = "库存公式「{formula}」不能用：{reason}"
    en = "the stock formula {formula} cannot be used: {reason}"
    zh_hint = "可用的量：{known}"
    en_hint = "there are {known}"

    def __init__(self, formula: str, reason: str, known: str) -> None:
        super().__init__(formula=formula, reason=reason, known=known)
