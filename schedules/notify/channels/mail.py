"""Mail by SMTP, files attached."""

import mimetypes
import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from schedules.notify.channels.wire import AGAIN_S, TIMEOUT_S, Outlet, content
from schedules.notify.message import Message, NotSent

NEEDS = ""
FOR_NOW = range(400, 500)
"""SMTP answers that may change by themselves."""


def letter(message: Message, outlet: Outlet) -> EmailMessage:
    """The mail as it is handed over."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = message.title, outlet.settings.sender, ", ".join(outlet.settings.to)
    mail["Date"] = formatdate(outlet.now_s, localtime=False)
    mail["Message-ID"] = make_msgid(domain="yeban")
    mail.set_content(message.body or message.title)
    for path in message.files:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        mail.add_attachment(content(path), maintype=main, subtype=sub, filename=path.name)
    return mail


def send(message: Message, outlet: Outlet) -> None:
    """The mail server has taken the mail for every one of its receivers. Raises NotSent, SecretMissing."""
    ways = outlet.settings
    mail = letter(message, outlet)
    try:
        opened = smtplib.SMTP_SSL if ways.security == "tls" else smtplib.SMTP
        with opened(ways.host, ways.port, timeout=TIMEOUT_S) as server:
            if ways.security == "starttls":
                server.starttls()
            if outlet.has("password"):
                user = outlet.secret("username") if outlet.has("username") else ways.sender
                server.login(user, outlet.secret("password"))
            refused = server.send_message(mail)
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise NotSent(f"{error.smtp_code} {words}", AGAIN_S if error.smtp_code in FOR_NOW else None) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent(f"没有一个收件人被接受 / no receiver was accepted: {', '.join(error.recipients)}") from error
    except OSError as error:
        raise NotSent(f"{type(error).__name__}: {ways.host}:{ways.port}", AGAIN_S) from error
    if refused:
        raise NotSent(f"有收件人没有被接受 / some receivers were refused: {', '.join(refused)}")
