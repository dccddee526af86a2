"""Numbers of the mainland: mobile ones of people, and any at which a unit is reached."""

import re

from models.codes.fault import CodeFault

_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}-?[2-9][0-9]{6,7}(-[0-9]{1,6})?")
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


def clean_contact_phone(text: str) -> str:
    """A unit's number as it is stored: mobile, or landline with its area code, maybe an extension.

    Raises CodeFault.   Source: domain S0-2.2.
    """
    if not (_MOBILE.fullmatch(text) or _LANDLINE.fullmatch(text)):
        raise CodeFault("联系电话应为11位手机号码,或带区号的固定电话,例如0451-12345678")
    return text
