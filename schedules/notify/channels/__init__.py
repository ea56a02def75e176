"""The kinds of channel: a file and a line of `CHANNELS` each."""

from collections.abc import Callable
from typing import Protocol

from schedules.notify.channels import dingtalk, feishu, mail, url, webhook, wecom
from schedules.notify.channels.wire import Outlet
from schedules.notify.message import Message


class Channel(Protocol):
    """A way to people. `NEEDS` names the secret without which it cannot send anything; "" for none."""

    NEEDS: str

    def send(self, message: Message, outlet: Outlet) -> None:
        """Returns when the other side has said that it took the message. Raises NotSent, SecretMissing."""


CHANNELS: dict[str, Channel] = {
    "dingtalk": dingtalk,
    "feishu": feishu,
    "mail": mail,
    "url": url,
    "webhook": webhook,
    "wecom": wecom,
}
Send = Callable[[Message, Outlet], None]
SENDERS: dict[str, Send] = {name: channel.send for name, channel in CHANNELS.items()}
