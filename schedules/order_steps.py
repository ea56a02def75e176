"""The night's steps about orders, goods and worklists; each reads and writes the books, and is safe to repeat."""

from collections import Counter
from datetime import date, datetime

from sqlalchemy import select

from schedules.book_keys import key_ring
from schedules.desk import Desk
from schedules.done import Done
from schedules.feeds import load_feeds
from schedules.settings import SHANGHAI
from storage.database.tables.products import activity_offer
from storage.database.tables.purchasing import supply_rule
from storage.erp.aftersales import night as aftersale
from storage.erp.allocation.model import AllocationPolicy
from storage.erp.allocation.words import yuan
from storage.erp.commands import worklists as commands
from storage.erp.commands.wanted import HOUSE, PublishPolicy
from storage.erp.orders import dispatch as dispatching
from storage.erp.orders import holds, pool
from storage.erp.orders import review as orders
from storage.erp.orders.recheck import recheck_released
from storage.erp.products import activities, listings
from storage.erp.purchasing import night as purchasing
from storage.erp.stock import night as stock
from storage.feeds import alarms, arrivals
from storage.receivers import seal_waiting

WORKLIST_WORDS = {
    "to_delist": ("下架 {}", "to delist {}"),
    "to_edit": ("改商品 {}", "to edit {}"),
    "to_enrol": ("报活动 {}", "to enrol {}"),
    "to_list": ("上架 {}", "to list {}"),
    "to_set_stock": ("改库存数 {}", "stock figures {}"),
    "to_ship_batch": ("批量发货 {}", "to ship by sheet {}"),
    "to_ship_form": ("逐单发货 {}", "to ship by form {}"),
    "to_ship_own": ("自有单发货 {}", "own orders to ship {}"),
}


def policy_of(desk: Desk) -> PublishPolicy:
    """What may be asked of the bots, from the settings; the key `all` of `activities` stands for every shop."""
    running = {"" if shop == "all" else shop: activity for shop, activity in desk.settings.activities.items()}
    return PublishPolicy(activity_id=running)


def platforms_of(desk: Desk) -> tuple[str, ...]:
    """The platforms whose orders are reviewed and shipped: those of the house, and those of the shops in settings."""
    return tuple(sorted({*orders.PLATFORMS, *HOUSE, *(shop.platform for shop in desk.settings.shops.values())}))


def collect(desk: Desk, night: date) -> Done:  # noqa: ARG001 (every step takes the night)
    """Orders of platforms' own files come into the pool; of two exports of an order the later one counts.

    Receivers of files that were taken in without the keys for personal data are sealed into the address book. Files
    that are due by feeds.yaml and have not come are counted, as of now.
    """
    sealed = seal_waiting(desk.database, desk.archive, key_ring(desk.vault))
    with desk.database.write() as connection:
        found = pool.collect(connection)
        apart = sum(day.told != day.pooled for day in pool.day_counts(connection))
        overdue = len(alarms(arrivals(connection, load_feeds(desk.home), datetime.now(SHANGHAI))))
    return Done.counted({
        "sealed": (sealed, "封存收件人 {} 个", "{} receivers sealed"),
        "created": (found.created, "新进订单池 {} 单", "{} orders new in the pool"),
        "changed": (found.changed, "有变化 {} 单", "{} changed"),
        "overdue": (overdue, "该到没到的文件 {} 份（yeban feeds）", "{} files overdue (yeban feeds)"),
        "days_apart": (apart, "有 {} 天的单数和平台文件对不上", "{} days whose count is not the files'"),
    })  # fmt: skip


def aftersales(desk: Desk, night: date) -> Done:
    """After-sales are taken in and tied, what is to be sent again gets its order, what is owed is asked of the bots."""
    with desk.database.write() as connection:
        found = aftersale.follow_up(connection, night.isoformat())
    return Done.counted({
        "taken_in": (found.taken_in, "新售后单 {} 张", "{} after-sales taken in"),
        "unlinked": (found.unlinked, "{} 张找不到订单", "{} without an order"),
        "replacements": (found.replacements, "换货补发订单 {} 张", "{} replacement orders"),
        "asked": (found.asked, "新要退款 {} 笔", "{} refunds asked for"),
        "refunded": (found.refunded, "退款办成 {} 笔", "{} refunds done"),
    })  # fmt: skip


def tend(desk: Desk, night: date) -> Done:
    """Yesterday's balances are kept, reservations past their time go, lots past their date are frozen.

    Before allocation: parcels whose goods went that way are open again for it.
    """
    with desk.database.write() as connection:
        found = stock.give_back(connection, f"{night} 00:00:00")
    return Done.counted({
        "snapshot": (found.snapshot, "库存快照 {} 行", "{} balances kept"),
        "expired": (found.expired, "到期释放占用 {} 笔", "{} reservations expired"),
        "frozen": (found.frozen, "冻结过期批次 {} 个", "{} lots frozen"),
        "warned": (found.warned, "新的临期提醒 {} 条", "{} warnings of dates"),
        "cancelled": (found.cancelled, "{} 个子订单重新待配", "{} sub-orders open again"),
    })  # fmt: skip


def review(desk: Desk, night: date) -> Done:
    """Open orders are judged as at the beginning of the night: clean ones pass, the others say what holds them.

    An order that is in the warehouse already and would be held now (a wish came late) is called back first.
    """
    now, platforms = f"{night} 00:00:00", platforms_of(desk)
    with desk.database.write() as connection:
        holds.release_due(connection, now)
        holds.release_arrived(connection, now)
        back = len(recheck_released(connection, now, platforms=platforms))
        done = Done.of(orders.review(connection, now, platforms=platforms))
    said = (f"，从仓库叫回 {back} 单", f", {back} called back from the warehouse") if back else ("", "")
    return Done(done.zh + said[0], done.en + said[1], {**done.counts, "called_back": back})


def allocate(desk: Desk, night: date) -> Done:
    """Orders that passed their review get stock, a parcel and a carrier, or the reason why not."""
    policy = dispatching.DispatchPolicy(allocation=AllocationPolicy(platforms=platforms_of(desk)))
    with desk.database.write() as connection:
        return Done.of(dispatching.dispatch(connection, night.isoformat(), f"{night} 00:00:00", policy))


def publish(desk: Desk, night: date) -> Done:
    """The worklists for the bots: shelf, campaigns, shipping by the rules; edits and figures that differ.

    Stock figures and alerts come after allocation, so that no shop is told of goods that tonight's orders take.
    """
    day = night.isoformat()
    with desk.database.write() as connection:
        counts = Counter(commands.publish(connection, day, policy_of(desk)))
        new = listings.publish_differences(connection, day)
        offers = select(activity_offer.c.activity_id).distinct().order_by(activity_offer.c.activity_id)
        for activity in connection.execute(offers).scalars().all():
            new += activities.enrol(connection, activity, day)
        counts.update(command_id.partition("|")[0] for command_id in new)
        untrue = len(listings.contradictions(connection))
        tended = stock.tend(connection, f"{night} 00:00:00")
    counts["to_set_stock"] += tended.published
    said = {name: (counts[name], *words) for name, words in WORKLIST_WORDS.items()}
    said["contradictions"] = (untrue, "机器人说办了、平台导出却不是 {} 处", "{} contradicted by later exports")
    said["alerts"] = (len(tended.alerts), "新的库存预警 {} 条", "{} stock alerts")
    said["ended"] = (len(tended.ended), "解除预警 {} 条", "{} alerts over")
    return Done.counted(said)


def purchase(desk: Desk, night: date) -> Done:
    """Forecasts, suggestions with their arithmetic, drafts of orders and alerts; nothing is ordered by itself."""
    with desk.database.write() as connection:
        if connection.execute(select(supply_rule.c.code).limit(1)).first() is None:
            return Done("没有补货规则，不用算", "no rules of supply: nothing to plan")
        found = purchasing.plan_purchases(connection, night.isoformat())
    return Done.counted({
        "suggestions": (found.suggestions, "建议采购 {} 项", "{} purchases suggested"),
        "amount_fen": (found.amount_fen, f"合计 {yuan(found.amount_fen)} 元", f"{yuan(found.amount_fen)} yuan in all"),
        "drafts": (found.drafts, "采购单草稿 {} 张", "{} orders drafted"),
        "opened": (found.opened, "新的采购预警 {} 条", "{} alerts"),
        "closed": (found.closed, "解除预警 {} 条", "{} alerts over"),
    })  # fmt: skip
