"""The kinds of channel: a file and a line of `SENDERS` each; what it keeps in the vault it asks its outlet for."""

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
