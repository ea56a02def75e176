"""What a night needs of deliveries: a chore for the clock, lines for the digest, concerns for `yeban doctor`."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from schedules.delivery.calendar import Missing, missing
from schedules.delivery.delivering import Delivered, Ready, deliver_due, ready
from schedules.delivery.places import stranded
from schedules.delivery.receipts import FAILED, HELD, count
from schedules.delivery.rules import FILE, load_delivery
from schedules.operations.concern import Concern, of_error
from schedules.problems import SettingsBroken

if TYPE_CHECKING:
    from schedules.desk import Desk
    from schedules.operations.tonight import Tonight

EVERY = timedelta(minutes=5)
"""How often the clock lets documents go out: a receiver does not notice, and a look stays cheap."""
DAYS_TOLD = 3
LINES = 12


class DeliveryChore:
    """What the clock calls at each look: delivers what is due, every few minutes and not at every look."""

    def __init__(self, desk: "Desk", every: timedelta = EVERY) -> None:
        """The first call delivers."""
        self.desk, self.every = desk, every
        self.next_at: datetime | None = None

    def __call__(self, now: datetime) -> Delivered:
        """What was done; an empty outcome between two times. Raises SettingsBroken."""
        if self.next_at is not None and now < self.next_at <= now + self.every:  # a clock set back does not stop it
            return Delivered()
        self.next_at = now + self.every
        return deliver_due(self.desk, now)


def digest_lines(desk: "Desk", night: date, now: datetime | None = None) -> list[str]:
    """What the morning's digest says on top: sources that are missing, and documents that did not get through.

    A feeds.yaml or delivery.yaml that is wrong is said in its place: the digest goes out all the same.
    """
    english = desk.settings.lang == "en"
    try:
        rules = load_delivery(desk.home, desk.settings).rules
        absent = missing(desk, night - timedelta(days=1), now, days=DAYS_TOLD)
    except SettingsBroken as error:
        return [f"✗ {error.message('en' if english else 'zh').splitlines()[0]}"]
    lines = [f"✗ {one.sentence(desk.settings.lang)}" for one in newest_first(absent)[:LINES]]
    if len(absent) > LINES:
        more = len(absent) - LINES
        lines.append(f"… {more} more missing: yeban calendar" if english else f"…… 还缺 {more} 份：yeban calendar")
    with desk.database.read() as connection:
        # a rule that was taken out asks nothing of anybody; where no file lies, another machine may have the rules
        failed, held = (count(connection, state=state, rules=rules) for state in (FAILED, HELD))
    if failed or held:
        lines.append(
            f"✗ {failed + held} documents not delivered: yeban deliver list --open"
            if english
            else f"✗ {failed + held} 份文件没有送到：yeban deliver list --open"
        )
    return lines + [f"✗ {one.sentence(desk.settings.lang)}" for one in stranded(desk, now or datetime.now(UTC))]


def newest_first(absent: list[Missing]) -> list[Missing]:
    """The latest day first, within a day as they come. Pure."""
    return sorted(absent, key=lambda one: one.day, reverse=True)


def delivery_concerns(about: "Tonight") -> list[Concern]:
    """Rules whose place cannot be reached now, or that have never been for any document."""
    try:
        return [concern for one in ready(about.desk) if (concern := _concern(one)) is not None]
    except SettingsBroken as error:
        return [of_error(FILE, error)]


def _concern(one: Ready) -> Concern | None:
    where = f"{FILE}: {one.rule}"
    if one.trouble:
        mend = "改好以后：yeban deliver check", "mend it, then: yeban deliver check"
        return Concern(where, one.trouble, one.trouble, *mend, sure=False)
    if not one.documents:
        return Concern(
            where,
            "至今没有一份文件归这条规则",
            "no document has ever been for this rule",
            "看看种类和店铺写对了没有：yeban documents",
            "check its kinds and shops: yeban documents",
            sure=False,
        )
    return None
