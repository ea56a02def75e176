"""The demo: the practice mall, its accounts and one whole night, on a home of its own for each day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import yaml

from bots.practice.server import WORLD_FILE, Mall
from bots.practice.world import World
from schedules.desk import Desk, open_desk
from schedules.plan import NightPlan, load_plan
from schedules.problems import DeskError, default_lang
from schedules.settings import ROOT, AccountSettings, Settings, ShopSettings

SITES = {"seller": "practice", "pay": "practice_pay", "ads": "practice_ads"}
MAX_PORT = 65_535
MALL_PORT = 8808
"""Where `yeban mall` serves, and what the demo's settings.yaml says: flows written against it go on working."""


class MallShut(DeskError):
    """The practice mall does not open."""

    code = "D-MALL"

    def __init__(self, log: Path, port: int) -> None:
        """Facts: the log of its process, whose last line says why, and the port that it was to have."""
        lines = log.read_text("utf-8", "replace").split("\n") if log.exists() else []
        why = next((line for line in reversed(lines) if line.strip()), "")
        taken = f" --port {port + 1}" if 0 < port < MAX_PORT else ""
        super().__init__(
            f"练习商城没有开门：{why or '它什么也没说'}",
            f"the practice mall did not open: {why or 'it said nothing'}",
            f"端口被占用的话（已经开着一个 yeban mall？）换一个：yeban mall{taken}；磁盘满了就腾地方。原话都在 {log}。",
            f"if its port is taken (by another yeban mall?), take another: yeban mall{taken}; on a full disk "
            f"make room. Its own words: {log}.",
        )


@dataclass(frozen=True)
class Practice:
    """A desk whose sites are the practice mall, and what a night there needs."""

    desk: Desk
    mall: Mall
    world: World
    plan: NightPlan
    night: date
    first_day: date


@contextmanager
def practice(
    home: Path,
    night: date,
    *,
    size: str = "full",
    seed: int = 7,
    faults: dict[str, float] | None = None,
    database: str = "",
    export_delay_s: float = 0.8,
    port: int = 0,
) -> Iterator[Practice]:
    """The running mall with a desk set up for it; both are closed at the end, whatever happens."""
    mall_home = home / "mall"
    yesterday = night - timedelta(days=1)
    try:
        opened = Mall.start(
            mall_home,
            size=size,
            last_day=yesterday,
            seed=seed,
            faults=faults,
            export_delay_s=export_delay_s,
            port=port,
        )
    except RuntimeError as error:
        raise MallShut(mall_home / "server.log", port) from error
    with (
        opened as mall,
        practice_desk(home, mall_home / WORLD_FILE, mall.url, database) as (desk, world),
    ):
        plan = load_plan(ROOT / "schedules" / "practice.yaml").only(desk.settings.accounts)
        yield Practice(desk, mall, world, plan, night, world.first_day)


@contextmanager
def practice_desk(home: Path, world_path: Path, url: str, database: str = "") -> Iterator[tuple[Desk, World]]:
    """A desk whose accounts, shops and secrets are those of the mall at `url`."""
    world = World.open(world_path)
    settings = practice_settings(home, world, database)
    keep_settings(settings)
    with open_desk(settings) as desk:
        desk.base_urls.update(dict.fromkeys(SITES.values(), url))
        store_secrets(desk, world)
        yield desk, world


def practice_settings(home: Path, world: World, database: str = "") -> Settings:
    """Settings whose accounts and shops are the mall's."""
    accounts = {
        row["username"]: AccountSettings(site=SITES[row["site"]], username=row["username"], shop=row["shop_id"] or "")
        for row in world.rows("SELECT username, site, shop_id FROM account")
    }
    shops = {
        row["shop_id"]: ShopSettings(title=row["name"], commission_bp=row["commission_bp"], wallet=row["wallet"])
        for row in world.rows("SELECT shop_id, name, commission_bp, wallet FROM shop")
    }
    running = world.row("SELECT activity_id FROM activity ORDER BY starts_at LIMIT 1")
    activities = {"all": running["activity_id"]} if running else {}
    return Settings(
        home=home,
        database=database,
        lang=default_lang(),
        accounts=accounts,
        shops=shops,
        activities=activities,
        promote_healed=False,  # the libraries of the practice mall are the checkout's own
    )


def keep_settings(settings: Settings) -> None:
    """Write settings.yaml once, so that every other command finds the demo's accounts."""
    path = settings.home / "settings.yaml"
    if path.exists():
        return
    base = f"http://127.0.0.1:{MALL_PORT}"
    accounts = {
        name: {"site": account.site, "username": account.username, "shop": account.shop, "base_url": base}
        for name, account in settings.accounts.items()
    }
    shops = {name: shop.model_dump() for name, shop in settings.shops.items()}
    body = yaml.safe_dump(
        {"accounts": accounts, "shops": shops, "activities": settings.activities, "promote_healed": "no"},
        allow_unicode=True,
        sort_keys=True,
    )
    path.write_text("# 练习商城的账号；商城用 yeban mall 打开。密码在加密的密码库里。\n" + body, "utf-8")


def store_secrets(desk: Desk, world: World) -> None:
    """The practice accounts' passwords and TOTP seeds in the vault, as anybody's would be."""
    for row in world.rows("SELECT username, password, totp_secret FROM account"):
        values = {"password": row["password"]}
        if row["totp_secret"]:
            values["totp"] = row["totp_secret"]
        if desk.vault.names(row["username"]) != sorted(values):
            desk.vault.put(row["username"], **values)
