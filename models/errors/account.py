"""Refusals around password accounts beyond the seed's (SB-2015)."""

from models.errors.entry import Entry
from models.errors.steps import CONTACT_SUPPORT, USE_QR

PHONE_MISSING = Entry(
    "SB-2015",
    409,
    prompt="没有可以接收链接的手机号码!",
    explain="该单位的法人没有登记手机号码,设置密码的链接无处可发。",
    remedies=(
        "请法人用电子社保卡扫码登录,在“我的账号”里设置密码。",
        "也可以先在单位信息中登记法人的手机号码,再发送链接。",
    ),
    source="architecture §1.5;domain S0-1.1d",
    actions=(USE_QR, CONTACT_SUPPORT),
)
