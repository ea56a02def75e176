"""The kinds of channel, a file each."""

from collections.abc import Callable

from schedules.notify.channels import dingtalk, feishu, mail, url, webhook, wecom
from schedules.notify.channels.wire import Outlet
from schedules.notify.message import Message

Send = Callable[[Message, Outlet], None]
"""Returns when the other side has said that it took the message. Raises NotSent, SecretMissing."""

SENDERS: dict[str, Send] = {
    "dingtalk": dingtalk.send,
    "feishu": feishu.send,
    "mail": mail.send,
    "url": url.send,
    "webhook": webhook.send,
    "wecom": wecom.send,
}

SECRETS: dict[str, tuple[str, ...]] = {
    "dingtalk": ("token", "secret"),
    "feishu": ("token", "secret"),
    "mail": ("username", "password"),
    "url": ("url",),
    "webhook": ("url", "secret"),
    "wecom": ("key",),
}
"""What each kind keeps in the vault, as `yeban secret set notify:NAME KEY` stores it."""
