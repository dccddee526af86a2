"""E-mail 邮件 over SMTP: one short plain text to one mailbox, one connection a message."""

import logging
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

import aiosmtplib

from server.clock import Clock

logger = logging.getLogger(__name__)
PATIENCE_S = 10.0
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mail server. security: `none`, `starttls` or `tls`; user empty: no authentication."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


class MailFault(Exception):
    """The mail was not taken. permanent: trying again will not help; code: SMTP's, 0 for none."""

    def __init__(self, code: int, *, permanent: bool) -> None:
        super().__init__(f"smtp {code}")
        self.code = code
        self.permanent = permanent


class Mail:
    """Sends one text to one mailbox."""

    def __init__(self, account: MailAccount, now: Clock) -> None:
        self._account = account
        self._now = now

    async def send(self, mailbox: str, subject: str, text: str, *, message_id: str) -> str:
        """Hand a mail over; the server's last word.

        A repeated mail carries the same Message-ID, by which mailboxes drop the second. Raises
        MailFault.
        """
        account = self._account
        mail = self._written(mailbox, subject, text, message_id)
        client = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            username=account.user or None,
            password=account.password or None,
            timeout=PATIENCE_S,
        )
        code, permanent = 0, False
        try:
            async with client:
                _, told = await client.sendmail(account.sender, mailbox, mail.as_bytes())
                return told
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = max(each.code for each in refused.recipients)
            permanent = code in _PERMANENT
        except aiosmtplib.SMTPResponseException as refused:
            code, permanent = refused.code, refused.code in _PERMANENT
        except (aiosmtplib.SMTPException, OSError):
            code = 0
        # Raised out here: the library's own exception names the mailbox, and must not travel along.
        logger.warning("mail refused", extra={"code": code, "permanent": permanent})
        raise MailFault(code, permanent=permanent)

    def _written(self, mailbox: str, subject: str, text: str, message_id: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = self._account.sender
        mail["To"] = mailbox
        mail["Subject"] = subject
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = f"<{message_id}@{self._account.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text, cte="base64")
        return mail
