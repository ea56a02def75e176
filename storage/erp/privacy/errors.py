"""What the keeper of personal data refuses.

PrivacyError (a BookError)
├── KeysBroken       the text is no set of keys
├── KeyMissing       sealed with a key that is not among those given
├── SealBroken       the sealed text was changed, or moved to another row
├── LookUnexplained  who looks has to say why
├── AddressMissing   the order has no address here, or it was forgotten
└── ShopOutOfReach   the order belongs to a shop that the reader does not see
"""

from typing import ClassVar

from storage.errors import BookError, Who


class PrivacyError(BookError):
    """Personal data stays locked."""

    who: ClassVar[Who] = "person"
    code = "E-PRIVACY"


class KeysBroken(PrivacyError):
    """The keys cannot be read."""

    who = "operator"
    code = "E-PRIVACY-KEYS"
    zh = "个人信息的密钥读不懂：{reason}"
    en = "the keys for personal data cannot be read: {reason}"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class KeyMissing(PrivacyError):
    """An old key was thrown away before what it sealed was sealed anew."""

    who = "operator"
    code = "E-PRIVACY-KEY"
    zh = "缺少密钥 {key_id}，用它加密的个人信息打不开"
    en = "the key {key_id} is missing; what it sealed cannot be opened"
    zh_hint = "换钥后先重新加密，再停用旧钥"
    en_hint = "seal everything with the new key before the old one goes"

    def __init__(self, key_id: str) -> None:
        super().__init__(key_id=key_id)


class SealBroken(PrivacyError):
    """Sealed text belongs to one row and one field, and cannot be changed."""

    code = "E-PRIVACY-SEAL"
    zh = "{about} 的密文被改过，或不是这一行的"
    en = "the sealed text of {about} was changed, or belongs to another row"

    def __init__(self, about: str) -> None:
        super().__init__(about=about)


class LookUnexplained(PrivacyError):
    """A look without a name or a reason."""

    code = "E-PRIVACY-WHY"
    zh = "查看收货信息要写明谁看、为什么看"
    en = "say who looks at the address, and why"


class AddressMissing(PrivacyError):
    """There is nothing to show."""

    code = "E-PRIVACY-ADDRESS"
    zh = "订单 {order} 没有收货信息，或已按期限删除"
    en = "order {order} has no address here, or it was deleted when its time was over"

    def __init__(self, order: str) -> None:
        super().__init__(order=order)


class ShopOutOfReach(PrivacyError):
    """The right to look, but not at this shop's orders."""

    code = "E-PRIVACY-SHOP"
    zh = "「{name}」不能看店铺 {shop} 的收货信息"
    en = "{name} may not see addresses of the shop {shop}"

    def __init__(self, name: str, shop: str) -> None:
        super().__init__(name=name, shop=shop)
