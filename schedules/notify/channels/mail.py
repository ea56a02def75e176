"""Mail by SMTP, files attached."""

import mimetypes
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import replace
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from schedules.notify.channels.wire import AGAIN_S, TIMEOUT_S, Outlet, content, lines_of
from schedules.notify.message import Message, NotSent
from schedules.notify.settings import ChannelSettings

NEEDS = ""
TOO_LARGE = 552
FOR_NOW = range(400, 500)
"""SMTP answers that may change by themselves: who has never heard of a sender says 450 and takes the next try."""
UNKNOWN = (
    "没有人为邮件服务器的证书作保，密码没有交出去；公司自己的证书写进 SSL_CERT_FILE 指的文件 / "
    "nobody vouches for the mail server's certificate, so it got no password; SSL_CERT_FILE names a file of your own"
)


def letter(message: Message, outlet: Outlet) -> EmailMessage:
    """The mail as it is handed over."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.title.split())  # a question of several lines is one line here
    mail["From"], mail["To"] = outlet.settings.sender, ", ".join(outlet.settings.to)
    mail["Date"] = formatdate(outlet.now_s, localtime=False)
    mail["Message-ID"] = make_msgid(domain="yeban")
    mail.set_content(message.body or message.title)
    for path in message.files:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        mail.add_attachment(content(path), maintype=main, subtype=sub, filename=path.name)
    return mail


def send(message: Message, outlet: Outlet) -> None:
    """The mail server has taken the mail for every one of its receivers. Raises NotSent, SecretMissing.

    One that finds it too large gets it without its files, saying where they are; not a letter that is only its files.
    A server is spoken to in secret only when its certificate is for its name and somebody known vouches for it.
    """
    ways = outlet.settings
    mail = letter(message, outlet)
    handed = False
    try:
        with closing(_opened(ways)) as server:
            if outlet.has("password"):
                user = outlet.secret("username") if outlet.has("username") else ways.sender
                server.login(user, outlet.secret("password"))
            handed = True
            refused = server.send_message(mail)
            with suppress(OSError):  # taken is taken: QQ's server, for one, answers nothing proper to a farewell
                server.quit()
    except smtplib.SMTPResponseException as error:
        if error.smtp_code == TOO_LARGE and message.files and message.route != "note":
            send(replace(message, files=(), body=lines_of(message, files=False)), outlet)
            return
        words = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise NotSent(f"{error.smtp_code} {words}", AGAIN_S if error.smtp_code in FOR_NOW else None) from error
    except smtplib.SMTPRecipientsRefused as error:
        later = all(code in FOR_NOW for code, _ in error.recipients.values())
        words = f"没有一个收件人被接受 / no receiver was accepted: {', '.join(error.recipients)}"
        raise NotSent(words, AGAIN_S if later else None) from error
    except ssl.SSLCertVerificationError as error:
        raise NotSent(f"{UNKNOWN}: {ways.host}:{ways.port} ({error.verify_message})", AGAIN_S) from error
    except OSError as error:
        raise NotSent(f"{type(error).__name__}: {ways.host}:{ways.port}", AGAIN_S, perhaps=handed) from error
    if refused:
        raise NotSent(f"有收件人没有被接受 / some receivers were refused: {', '.join(refused)}")


def _opened(ways: ChannelSettings) -> smtplib.SMTP:
    """The server, spoken to as the settings say."""
    vouched = ssl.create_default_context()  # without one, smtplib takes any certificate and hands the password over
    if ways.security == "tls":
        return smtplib.SMTP_SSL(ways.host, ways.port, timeout=TIMEOUT_S, context=vouched)
    server = smtplib.SMTP(ways.host, ways.port, timeout=TIMEOUT_S)
    if ways.security == "starttls":
        try:
            server.starttls(context=vouched)
        except BaseException:
            server.close()
            raise
    return server
