"""delivery.yaml in the home: what goes to whom and how, and how long filed copies stay. Secrets are in the vault.

rules:
  财务共享盘: {kinds: ["alipay_*", "bank"], since: 2026-11-01, folder: /mnt/finance}
  会计师:     {kinds: ["*_fund*"], shops: [天猫旗舰店], since: 2026-11-01, mail: {channel: 财务}}
"""

import re
from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schedules.yaml_file import Loc, read_yaml, refusal, unknown_name

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError

    from schedules.settings import Settings

FILE = "delivery.yaml"
BANK = "bank"
"""In `kinds`: every statement of a bank account."""
Way = Literal["folder", "sftp", "s3", "mail"]
WAYS: tuple[Way, ...] = ("folder", "sftp", "s3", "mail")


class Strict(BaseModel):
    """A place of the file that refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _a_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        words = f"「{text}」不是日期，写成 2026-11-01 这样。", f"{text} is no day; write it like 2026-11-01."
        raise refusal("D-DELIVERY", *words) from None


def _a_fingerprint(text: str) -> str:
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", text):
        raise refusal(
            "D-DELIVERY",
            "服务器的指纹写成 SHA256: 加 43 个字符；向管服务器的人要（他运行 ssh-keygen -lf 公钥文件）。",
            "Write the server's fingerprint as SHA256: and 43 characters; whoever runs it has it from ssh-keygen -lf.",
        )
    return text


def _a_folder(text: str) -> str:
    if "://" in text and not text.startswith("file://"):
        raise refusal(
            "D-DELIVERY",
            "folder 是这台机器上的文件夹（共享盘先挂上）；服务器用 sftp，桶用 s3，密码用 yeban secret 存。",
            "folder is one of this machine (mount a share first); a server is sftp, a bucket s3, and yeban secret "
            "keeps passwords.",
        )
    return text


Day = Annotated[str, AfterValidator(_a_day)]
Fingerprint = Annotated[str, AfterValidator(_a_fingerprint)]
Folder = Annotated[str, AfterValidator(_a_folder)]


class SftpSettings(Strict):
    """A folder of a server. Its `password` or `private_key` is in the vault under `delivery:<rule>`."""

    host: str
    user: str
    host_key: Fingerprint
    folder: str = ""
    port: int = Field(default=22, ge=1, le=65535)


class S3Settings(Strict):
    """A bucket. Its `access_key` and `secret_key` are in the vault under `delivery:<rule>`.

    `style`: how the bucket stands in the address; Alibaba's OSS and Tencent's COS want `virtual`, MinIO `path`.
    """

    bucket: str
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    style: Literal["virtual", "path"] = "virtual"


class MailSettings(Strict):
    """A mailbox of notify.yaml. More than `zip_from` files go as one zip; a mail holds at most `most_mb` in all."""

    channel: str
    zip_from: int = Field(default=6, ge=1, le=1000)
    most_mb: int = Field(default=15, ge=1, le=50)


class Rule(Strict):
    """Which documents go to whom: kinds and shops by name or pattern, periods that end on `since` or later."""

    kinds: list[str] = Field(min_length=1)
    shops: list[str] = Field(default_factory=list)
    since: Day
    periods: Literal["all", "day", "month"] = "all"
    personal: bool = False
    folder: Folder = ""
    sftp: SftpSettings | None = None
    s3: S3Settings | None = None
    mail: MailSettings | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Rule":
        """A rule has one way: two receivers are two rules, each with receipts of its own."""
        ways = [way for way in WAYS if getattr(self, way)]
        if len(ways) != 1:
            words = "一条规则要写、也只写一种送法：", "A rule needs one way, and one only: "
            raise refusal("D-DELIVERY", words[0] + "、".join(WAYS) + "。", words[1] + ", ".join(WAYS) + ".")
        return self

    @property
    def way(self) -> Way:
        """How it goes."""
        return next(way for way in WAYS if getattr(self, way))

    @property
    def target(self) -> str:
        """Whom or where, as a person reads it."""
        if self.sftp:
            return f"sftp://{self.sftp.user}@{self.sftp.host}:{self.sftp.port}/{self.sftp.folder.lstrip('/')}"
        if self.s3:
            return f"s3://{self.s3.bucket}/{self.s3.prefix}"
        return self.mail.channel if self.mail else self.folder

    def wants(self, row: Mapping[str, str], banks: frozenset[str]) -> bool:
        """Whether a filed document is one of these. Pure."""
        kind, shop = row["kind"], row["owner"]
        last = row["period_to"] or row["period_from"] or row["path"][:7]
        return (
            any(fnmatchcase(kind, one) or (one == BANK and kind in banks) for one in self.kinds)
            and (not self.shops or any(fnmatchcase(shop, one) for one in self.shops))
            and last >= self.since[: len(last)]
            and self.periods in ("all", span_of(row["period_from"], row["period_to"]))
        )


class Keep(Strict):
    """How many days filed copies stay after the document's month; 0 for ever. The archive keeps everything."""

    filed_days: int = Field(default=0, ge=0, le=36_500)
    kinds: dict[str, int] = Field(default_factory=dict)

    def days(self, kind: str) -> int:
        """For this kind: the first pattern that fits, else what holds for all."""
        return next((days for one, days in self.kinds.items() if fnmatchcase(kind, one)), self.filed_days)


class DeliveryFile(Strict):
    """delivery.yaml."""

    rules: dict[str, Rule] = Field(default_factory=dict)
    keep: Keep = Field(default_factory=Keep)


def span_of(first: str, last: str) -> str:
    """day | month | "" for the days that a document tells of. Pure."""
    if not (first and last):
        return ""
    days = (date.fromisoformat(last[:10]) - date.fromisoformat(first[:10])).days + 1
    if days == 1:
        return "day"
    return "month" if 28 <= days <= 31 and first[:7] == last[:7] else ""


def bank_kinds(kinds: Mapping[str, str]) -> frozenset[str]:
    """Those of the kinds (name → platform) that are statements of a bank."""
    return frozenset(name for name, platform in kinds.items() if platform == BANK)


def load_delivery(home: Path, settings: "Settings | None" = None) -> DeliveryFile:
    """The rules of this home; none where there is no file. Raises SettingsBroken with every place that is wrong.

    `settings`: shops may be called by the titles that they have there.
    """
    path = home / FILE
    if not path.exists():
        return DeliveryFile()
    from schedules.notify.settings import load_notify
    from storage.documents.shelf import Shelf
    from storage.documents.taught import FOLDER, load_taught

    kinds = [*Shelf(load_taught(home / FOLDER)).kinds]
    mailboxes = [name for name, one in load_notify(home).channels.items() if one.kind == "mail"]
    file = read_yaml(path, DeliveryFile, more=lambda file: strange(file, kinds, mailboxes))
    return by_name(file, settings) if settings else file


def by_name(file: DeliveryFile, settings: "Settings") -> DeliveryFile:
    """The same rules with every shop by its name in the books. Pure."""
    rules = {
        called: rule.model_copy(update={"shops": [shop_named(settings, shop) for shop in rule.shops]})
        for called, rule in file.rules.items()
    }
    return file.model_copy(update={"rules": rules})


def shop_named(settings: "Settings", called: str) -> str:
    """The shop's name in the books, by it or by the title under which its documents lie. Pure."""
    titled = (name for name, shop in settings.shops.items() if called and shop.title == called)
    return called if called in settings.shops else next(titled, called)


def strange(file: DeliveryFile, kinds: list[str], mailboxes: list[str]) -> "list[tuple[Loc, PydanticCustomError]]":
    """Places that name a kind or a mailbox that nobody knows."""
    found: list[tuple[Loc, PydanticCustomError]] = []
    for name, rule in file.rules.items():
        here: Loc = ("rules", name)
        found += [
            ((*here, "kinds", place), unknown_name("D-DELIVERY", ("文件种类", "kind of file"), one, [BANK, *kinds]))
            for place, one in enumerate(rule.kinds)
            if one != BANK and not any(fnmatchcase(kind, one) for kind in kinds)
        ]
        if rule.mail and rule.mail.channel not in mailboxes:
            words = "邮箱（notify.yaml 里 kind: mail 的渠道）", "mailbox (channel of kind mail in notify.yaml)"
            error = unknown_name("D-DELIVERY", words, rule.mail.channel, mailboxes)
            found.append(((*here, "mail", "channel"), error))
    return found
