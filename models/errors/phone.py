"""Refusals of the phone's sign-in and identity (SB-2116 to 2121); import them from login."""

from models.errors.entry import Entry
from models.errors.steps import (
    CONFIRM_IDENTITY,
    CONTACT_SUPPORT,
    CORRECT_INPUT,
    HOW_TO_APPLY_CARD,
    REFRESH,
    RETRY,
)

PLATFORM_CODE_INVALID = Entry(
    "SB-2116",
    401,
    prompt="登录凭证无效或已使用,请重新打开小程序!",
    explain="微信或支付宝给的登录凭证只能用一次,而且几分钟就过期,这一次的已经不能用了。",
    remedies=("请关闭小程序,重新打开后再操作。",),
    source="contract §5(本产品增补)",
    actions=(RETRY,),
)

PLATFORM_UNAVAILABLE = Entry(
    "SB-2117",
    503,
    prompt="{platform}服务暂不可用,请稍后再试!",
    explain="{platform}没有及时回应,暂时不能登录。您的账号没有问题。",
    remedies=(
        "请检查手机网络,过几分钟再试一次。",
        "着急办理的,可以换另一个平台(微信或支付宝)的小程序扫码。",
    ),
    source="contract §5(本产品增补)",
    actions=(RETRY,),
)

IDENTITY_NEEDED = Entry(
    "SB-2118",
    403,
    prompt="请先用电子社保卡确认身份!",
    explain="这部手机上的微信或支付宝账号还没有确认是您本人,所以不能扫码登录单位账号。",
    remedies=(
        "请在小程序里点“确认身份”,按提示打开电子社保卡完成确认。只需要确认一次。",
        "还没有电子社保卡的,请先申领电子社保卡。",
    ),
    source="contract §5(本产品增补)",
    actions=(CONFIRM_IDENTITY, HOW_TO_APPLY_CARD),
)

PAIR_CODE_WRONG = Entry(
    "SB-2119",
    422,
    prompt="配对数字不正确,还可尝试{n}次!",
    explain="电脑上输入的两位数字与手机上显示的不一样。次数用完后,这个二维码就会作废。",
    remedies=("请看清手机上显示的两位数字,在电脑上重新输入。", "已经作废的,请刷新二维码重新扫码。"),
    source="qr-login §5.1(本产品增补)",
    actions=(CORRECT_INPUT,),
)

CHALLENGE_UNKNOWN = Entry(
    "SB-2120",
    404,
    prompt="未找到该登录二维码!",
    explain="这个登录二维码已经过期,或者不是在当前这个浏览器里打开的。",
    remedies=(
        "请刷新登录页面,用新的二维码重新扫码。",
        "刷新后仍然这样,请检查浏览器是否禁用了Cookie,允许后再试。",
    ),
    source="contract §4(本产品增补)",
    actions=(REFRESH,),
)

IDENTITY_TAKEN = Entry(
    "SB-2121",
    409,
    prompt="该微信/支付宝账号已绑定其他人的电子社保卡!",
    explain="一个微信或支付宝账号只能对应一个人。这个账号以前已经用另一个人的电子社保卡确认过身份。",
    remedies=(
        "请换成您本人的微信或支付宝账号,再确认身份。",
        "如果这就是您本人的账号,请记下错误代码,拨打12333或联系客服处理。",
    ),
    source="contract §5(本产品增补)",
    actions=(CONTACT_SUPPORT,),
)
