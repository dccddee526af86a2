"""Mobile numbers of the mainland."""

import re

from models.codes.fault import CodeFault

_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def clean_phone(text: str) -> str:
    """The number as it is stored: 11 ASCII digits.

    Full-width digits, spaces, hyphens and +86 are refused, not repaired: a number that was pasted
    together is better looked at again. Raises CodeFault.   Source: domain §3.2 (the numbering plan
    changes too often for a table of carriers).
    """
    # fullmatch, because `$` also matches before a final line feed.
    if not _MOBILE.fullmatch(text):
        raise CodeFault("手机号码应为以1开头的11位半角数字")
    return text
