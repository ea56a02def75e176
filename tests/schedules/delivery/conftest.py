"""A desk of its own for each test, made from books that are migrated once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from schedules.desk import Desk, open_desk
from schedules.settings import Settings
from storage.archive import Facts
from storage.ingest import ingest
from tests.schedules.delivery.far_side import Mortal

ORDERS = (
    "店铺,主订单编号,子订单编号,订单状态,商品ID,SKU ID,商家编码,商品名称,数量,单价,订单商家优惠,订单平台优惠,订单运费,"
    "订单实付金额,子订单优惠分摊,子订单实付分摊,子订单退款金额,售后状态,下单时间,付款时间,发货时间,完成时间,更新时间\n"
)
REFUNDS = "店铺,退款编号,主订单编号,子订单编号,退款金额,申请时间,完成时间,售后状态,结算后退款\n"


def orders_of(day: str, shop: str = "甲店", number: str = "7") -> bytes:
    """An export of one order of that day."""
    row = f"{shop},{number},{number}-1,待发货,1,1,A,杯,1,1.00,0.00,0.00,0.00,1.00,0.00,1.00,0.00,无售后,"
    return f"{ORDERS}{row}{day} 08:00:00,{day} 08:01:00,,,{day} 08:01:00\n".encode()


def refunds_of(day: str, number: str = "9") -> bytes:
    """An export of one refund of that day."""
    return f"{REFUNDS}甲店,{number},7,7-1,1.00,{day} 09:00:00,,待处理,否\n".encode()


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with empty books, made once."""
    home = tmp_path_factory.mktemp("delivery")
    with open_desk(Settings(home=home)):
        pass
    return home


@pytest.fixture
def desk(empty_home: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk with empty books."""
    home = tmp_path / "home"
    shutil.copytree(empty_home, home)
    with open_desk(Settings(home=home)) as opened:
        yield opened


@pytest.fixture
def far() -> Iterator[Mortal]:
    """The other side."""
    return Mortal()


def bring(desk: Desk, content: bytes, name: str, *, shop: str = "甲店", at: str = "2026-11-22T00:00:00+00:00") -> str:
    """A file is taken in as a command does; gives its sha256."""
    taken = ingest(desk.database, desk.archive, content, facts=Facts(name=name, shop=shop, received_at=at))
    assert taken.state == "read", taken.message
    return taken.file_sha
