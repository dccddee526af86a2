"""Mailboxes: what we write to, not everything that the standard allows."""

import re

from models.codes.fault import CodeFault

MAX_LENGTH = 100
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"[A-Za-z0-9._%+-]{{1,64}}@(?:{_LABEL}\.)+[A-Za-z]{{2,}}")


def clean_email(text: str) -> str:
    """The mailbox as it is stored: ASCII, a domain with a dot, at most 100 characters.

    No display name, no quotes, nothing that could open another header. Raises CodeFault.
    """
    if len(text) > MAX_LENGTH or not _MAILBOX.fullmatch(text) or ".." in text:
        raise CodeFault("邮箱地址格式不正确,应为 name@example.cn 的形式")
    return text
