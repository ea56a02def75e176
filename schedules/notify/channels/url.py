"""Everything else (Bark, ServerChan, and some hundred more) by an address in the manner of the apprise library."""

from schedules.notify.channels.wire import AGAIN_S, Outlet, lines_of
from schedules.notify.message import Message, NotSent

NEEDS = "url"


def send(message: Message, outlet: Outlet) -> None:
    """The library says that the other side took the message. Raises NotSent, SecretMissing.

    The address (`bark://…`, `schan://…`, `jsons://…`) is a secret, because it holds the key; which there are, the
    library's documentation lists.
    """
    from apprise import Apprise, AppriseAttachment

    plugin = Apprise.instantiate(outlet.secret("url"), suppress_exceptions=True)
    if plugin is None:
        raise NotSent("这个地址 apprise 不认得 / apprise does not know this address")
    carries = bool(message.files) and bool(getattr(plugin, "attachment_support", False))
    attach = AppriseAttachment([str(path) for path in message.files]) if carries else None
    body = lines_of(message, files=carries)
    if not plugin.notify(body=body, title=message.title, attach=attach):
        raise NotSent("对方没有收下 / it was not taken", AGAIN_S)
