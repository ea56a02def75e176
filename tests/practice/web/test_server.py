"""The mall as a process: it starts, says where it is, keeps its books, and ends with the one who started it."""

import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import date
from pathlib import Path

import pytest

from bots.practice.gate import kind_of
from bots.practice.looks import asset, rename
from bots.practice.picture import captcha_png
from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World, truth
from tests.practice.web.conftest import LAST_DAY, Client

PARENT = """
import pathlib, sys
from datetime import date
from bots.practice.server import Mall
mall = Mall.start(pathlib.Path(sys.argv[1]), size="tiny", last_day=date(2026, 11, 20))
sys.stdout.write(mall.url + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def gone(url: str) -> bool:
    """Whether nothing answers at this address any more, within ten seconds."""
    patience = threading.Event()
    for _ in range(100):
        try:
            urllib.request.urlopen(url + "/healthz", timeout=1).close()
        except (urllib.error.URLError, ConnectionError):
            return True
        patience.wait(0.1)
    return False


def test_stop_leaves_nothing(tmp_path: Path) -> None:
    """After `with` the address is dead; started again on the same folder, the books are still there."""
    with Mall.start(tmp_path, size="tiny", last_day=LAST_DAY) as mall:
        world = World.open(tmp_path / WORLD_FILE)
        product_id = truth.to_delist(world)[0]
        seller = Client(mall, "seller").sign_in(world, "seller_a")
        assert seller.ask("POST", "products/shelf", {"ids": [product_id], "action": "delist"})[1]["done"] == 1
    assert gone(mall.url)
    with Mall.start(tmp_path, size="tiny") as again:
        assert Client(again, "seller", cookie=seller.cookie).ask("GET", "home")[0] == 200
        assert truth.shelf_events(world) == {(product_id, "delist"): 1}


def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    """A mall whose starter was killed ends by itself."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    urllib.request.urlopen(url + "/healthz").close()
    parent.kill()
    parent.communicate()
    assert gone(url)


def test_no_test_door_unless_asked(tmp_path: Path) -> None:
    """Without the switch there is no /test: codes and faults are out of reach."""
    with Mall.start(tmp_path, size="tiny", last_day=LAST_DAY, test_door=False) as mall:
        for path in ("faults", "sms?username=seller_sms", "captcha"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{mall.url}/test/{path}")


def test_a_mall_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A damaged database ends in an error with the process's own words, not in a wait."""
    (tmp_path / WORLD_FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(RuntimeError, match="not a database"):
        Mall.start(tmp_path, size="tiny", last_day=date(2026, 11, 20))


def test_faults_can_be_given_at_the_start(tmp_path: Path) -> None:
    """`faults=` on start is the weather from the first request on."""
    with Mall.start(tmp_path, size="tiny", last_day=LAST_DAY, faults={"error_500": 1.0}) as mall:
        assert Client(mall, "seller").fetch("GET", "/seller/login")[0] == 500
        with urllib.request.urlopen(mall.url + "/test/faults") as answer:
            assert {one["name"] for one in json.load(answer) if one["probability"]} == {"error_500"}


def test_every_page_needs_a_session(mall: Mall) -> None:
    """Without a session pages lead to the sign-in and answers say 401, on all three sites."""
    for site in ("seller", "pay", "ads"):
        visitor = Client(mall, site)
        assert visitor.fetch("GET", f"/{site}/home")[0] == 302
        assert visitor.ask("GET", "home")[0] == 401
        assert visitor.fetch("GET", f"/{site}/login")[0] == 200


def test_a_password_alone_is_not_enough(mall: Mall) -> None:
    """A seller who has only given the password gets no answer but 401."""
    visitor = Client(mall, "seller")
    assert visitor.ask("POST", "login", {"username": "seller_a", "password": "practice-seller_a"})[1]["step"] == "totp"
    assert visitor.ask("GET", "home")[0] == 401


def test_a_session_is_of_one_site(mall: Mall, seller: Client) -> None:
    """The seller's cookie opens nothing in the payment centre."""
    token = seller.cookie.split("=", 1)[1]
    assert Client(mall, "pay", cookie=f"mall_pay={token}").ask("GET", "home")[0] == 401


def test_wrong_questions_are_answered_as_such(seller: Client) -> None:
    """A page number that is no number is a 400, an unknown task a 404: never a 500."""
    assert seller.ask("GET", "orders?page=x")[0] == 400
    assert seller.ask("GET", "shipping?state=lost")[0] == 400
    assert seller.ask("GET", "exports/none/file")[0] == 404
    assert seller.ask("POST", "exports", {"kind": "secrets"})[1]["ok"] is False


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/seller/orders", ("page", "seller")),
        ("GET", "/pay/login", ("entry", "pay")),
        ("POST", "/api/ads/login", ("sign_in", "ads")),
        ("POST", "/api/seller/exports", ("export", "seller")),
        ("POST", "/api/seller/ship", ("effect", "seller")),
        ("GET", "/api/pay/bank/file", ("download", "pay")),
        ("GET", "/api/seller/orders", ("api", "seller")),
        ("GET", "/static/vendor/element-plus.css", None),
        ("POST", "/test/faults", None),
    ],
)
def test_kinds_of_requests(method: str, path: str, kind: tuple[str, str] | None) -> None:
    """The address alone says which faults may strike."""
    assert kind_of(method, path) == kind


def test_rename_touches_names_only() -> None:
    """Test ids, ids and our classes get the suffix; variables, foreign classes and texts stay."""
    text = '<i id="a" class="y-card el-card" data-testid="search" style="--y-ink: 1">y-card 查询</i>'
    assert rename(text, "beef") == (
        '<i id="a-beef" class="y-card-beef el-card" data-testid="search-beef" style="--y-ink: 1">y-card-beef 查询</i>'
    )


def test_assets_stay_in_their_folder() -> None:
    """Only files below pages/ are served, only in known variants."""
    assert asset("plain", "mall.css")
    assert asset("plain", "../app.py") is None
    assert asset("plain", "none.js") is None
    assert asset("x", "mall.css") is None
    labelled = asset("l", "seller/orders.js")
    assert labelled is not None
    assert "搜索" in labelled


def test_pictures_differ_by_their_digits() -> None:
    """Two numbers give two pictures, one number always the same."""
    assert captcha_png("1234") == captcha_png("1234") != captcha_png("4321")
