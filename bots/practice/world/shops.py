"""The shops, who may sign in where, and the wallets' names."""

import base64
import hashlib
from dataclasses import dataclass

from bots.practice.world.sizes import WorldSize

ALIPAY_NAME = "支付宝（中国）网络技术有限公司"
TENPAY_NAME = "财付通支付科技有限公司"
BANK_TAIL = "9876"


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop. `commission_bp`: basis points of settled payment plus subsidy; `wallet_account` as on statements."""

    shop_id: str
    name: str
    wallet: str
    commission_bp: int
    wallet_account: str


SHOPS: dict[str, Shop] = {
    "shop_a": Shop("shop_a", "暖屋家居旗舰店", "alipay", 500, "2088601123030457"),
    "shop_b": Shop("shop_b", "青禾生活专营店", "alipay", 350, "2088601123088812"),
    "shop_c": Shop("shop_c", "小满日用微信店", "wxpay", 0, "1609876501"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One sign-in. `totp_secret` None: no second step on pay and ads, a code by short message on seller."""

    username: str
    password: str
    totp_secret: str | None
    site: str
    shop_id: str | None


def totp_secret(seed: int, username: str) -> str:
    """The base32 secret of an account, the same for the same seed."""
    return base64.b32encode(hashlib.sha256(f"practice-{seed}-{username}".encode()).digest()[:20]).decode("ascii")


def make_accounts(seed: int, size: WorldSize) -> list[Account]:
    """Seller and payment accounts of every shop, one ad account over all shops, one seller without TOTP."""
    accounts = [Account("ads", "practice-ads", None, "ads", None)]
    for shop_id in size.shop_ids:
        letter = shop_id.removeprefix("shop_")
        seller, pay = f"seller_{letter}", f"pay_{letter}"
        accounts.append(Account(seller, f"practice-{seller}", totp_secret(seed, seller), "seller", shop_id))
        accounts.append(Account(pay, f"practice-{pay}", None, "pay", shop_id))
    accounts.append(Account("seller_sms", "practice-seller_sms", None, "seller", size.shop_ids[-1]))
    return sorted(accounts, key=lambda account: account.username)
