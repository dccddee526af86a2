"""Refusals of signing in and of sessions (SB-2001 to 2014); those of the scan are passed on."""

from models.errors.entry import Entry
from models.errors.phone import (
    CHALLENGE_UNKNOWN,
    IDENTITY_NEEDED,
    IDENTITY_TAKEN,
    PAIR_CODE_WRONG,
    PLATFORM_CODE_INVALID,
    PLATFORM_UNAVAILABLE,
)
from models.errors.scan import (
    CARD_ABNORMAL,
    CARD_MISSING,
    CHOOSE_UNIT,
    CLERK_MISMATCH,
    CLERK_UNKNOWN,
    ECARD_UNAVAILABLE,
    LEGAL_REP_UNKNOWN,
    LOGIN_DENIED,
    NOT_FROM_CAMERA,
    NOT_OUR_QR,
    PAIRING_OWED,
    QR_EXPIRED,
    QR_TAKEN,
    RISK_BLOCKED,
    ROLE_SWITCHED,
)
from models.errors.steps import (
    CHANGE_PASSWORD,
    CONTACT_SUPPORT,
    CORRECT_INPUT,
    REFRESH,
    REGISTER,
    RESET_PASSWORD,
    RETRY,
    SIGN_IN,
    USE_QR,
)

__all__ = [
    "ACCOUNT_DISABLED",
    "ACCOUNT_EMPTY",
    "ACCOUNT_LOCKED",
    "ACCOUNT_UNKNOWN",
    "CARD_ABNORMAL",
    "CARD_MISSING",
    "CHALLENGE_UNKNOWN",
    "CHOOSE_UNIT",
    "CLERK_MISMATCH",
    "CLERK_UNKNOWN",
    "CREDENTIALS_WRONG",
    "ECARD_UNAVAILABLE",
    "IDENTITY_NEEDED",
    "IDENTITY_TAKEN",
    "LEGAL_REP_UNKNOWN",
    "LOGIN_DENIED",
    "NOT_FROM_CAMERA",
    "NOT_OUR_QR",
    "OTP_WRONG",
    "PAIRING_OWED",
    "PAIR_CODE_WRONG",
    "PASSWORD_EMPTY",
    "PASSWORD_EXPIRED",
    "PASSWORD_NOT_ENABLED",
    "PASSWORD_WEAK",
    "PLATFORM_CODE_INVALID",
    "PLATFORM_UNAVAILABLE",
    "QR_EXPIRED",
    "QR_TAKEN",
    "RISK_BLOCKED",
    "ROLE_SWITCHED",
    "SESSION_ENDED",
    "TOO_OFTEN",
    "TRIES_LEFT",
    "UNIT_SWITCHED",
]

ACCOUNT_EMPTY = Entry(
    "SB-2001",
    422,
    prompt="账号不能为空!",
    explain="用户没有输入账号,不允许登录",
    remedies=("输入正确用户账号后再登录。",),
    source="手册 5.2.1.1",
    actions=(CORRECT_INPUT,),
)

PASSWORD_EMPTY = Entry(
    "SB-2002",
    422,
    prompt="密码不能为空!",
    explain="用户没有输入密码,不允许登录",
    remedies=("输入正确用户密码后再登录。",),
    source="手册 5.2.1.2",
    actions=(CORRECT_INPUT,),
)

CREDENTIALS_WRONG = Entry(
    "SB-2003",
    401,
    prompt="用户名或密码错误!",
    explain="用户输入的用户名和密码在系统中不存在",
    remedies=("1、核对用户名和密码后,再登录。", "2、使用法人电子社保卡扫码登录。"),
    source="手册 5.2.1.3",
    actions=(CORRECT_INPUT, USE_QR, RESET_PASSWORD),
)

ACCOUNT_UNKNOWN = Entry(
    "SB-2004",
    404,
    prompt="未查询到登录人信息,请注册!",
    explain="在公共服务平台和黑龙江省人力资源和社会保障网上服务大厅未获取到有效的登录账号信息",
    remedies=("检查用户信息后登陆或根据单位参保信息重新注册",),
    source="手册 5.2.1.4",
    actions=(REGISTER, CORRECT_INPUT),
)

PASSWORD_NOT_ENABLED = Entry(
    "SB-2005",
    409,
    prompt="根据统一社会信用代码发现,当前法人账号已经存在,可以直接扫码登录!",
    explain="当前注册的法人已经存在,不需要再注册。",
    remedies=("使用法人电子社保卡扫码登录。",),
    source=(
        "手册 5.2.1.5(更正 D1:手册此处的说明和解决方案误抄自 5.2.1.4,"
        "与提示矛盾,改用 5.1.2 的说明和解决方案)"
    ),
    actions=(USE_QR,),
)

ACCOUNT_LOCKED = Entry(
    "SB-2006",
    423,
    prompt="密码错误次数过多,账号已锁定!",
    explain="密码连续输错5次,为了保护账号安全,密码登录已暂时锁定。扫码登录不受影响。",
    remedies=(
        "着急办理的,请使用法人电子社保卡扫码登录,登录成功后账号自动解锁。",
        "不着急的,请等{n}分钟,到时会自动解锁。",
        "忘记密码的,请点“忘记密码”重新设置;仍然不能登录,请联系系统管理员解锁。",
    ),
    source="domain §8;常见问题 1.1",
    actions=(USE_QR, RESET_PASSWORD, CONTACT_SUPPORT),
)

TRIES_LEFT = Entry(
    "SB-2007",
    401,
    prompt="还可尝试{n}次,之后账号将被锁定!",
    explain="用户名或密码输入有误,而且已经连续错了几次。次数用完后,密码登录会暂时锁定。",
    remedies=(
        "请检查大小写和输入法,看清楚后再输入。",
        "记不清密码的,不要再猜了,请点“忘记密码”重新设置,或使用法人电子社保卡扫码登录。",
    ),
    source="domain §8;常见问题 1.1",
    actions=(RESET_PASSWORD, USE_QR),
)

PASSWORD_EXPIRED = Entry(
    "SB-2008",
    403,
    prompt="密码已过期,请修改密码!",
    explain="这个密码使用时间已超过规定的有效期。定期更换密码可以保护单位账号的安全。",
    remedies=("请点“修改密码”,设置一个没有用过的新密码,再用新密码登录。",),
    source="domain §8;常见问题 1.1",
    actions=(CHANGE_PASSWORD, USE_QR),
)

PASSWORD_WEAK = Entry(
    "SB-2009",
    422,
    prompt="密码强度不足!",
    explain="新密码太简单,或者最近用过,容易被别人猜到。",
    remedies=(
        "请设置至少10位的密码,大写字母、小写字母、数字、符号四类中至少用三类。",
        "新密码不要和最近5次用过的相同,也不要包含账号或证件号码。",
    ),
    source="domain §8",
    actions=(CORRECT_INPUT,),
)

TOO_OFTEN = Entry(
    "SB-2010",
    429,
    prompt="操作过于频繁,请稍后再试!",
    explain="短时间内操作次数太多,为了保护账号安全,系统请您稍等一会儿。",
    remedies=("请等一两分钟再操作,不要连续点击或反复刷新。",),
    source="domain §8",
    actions=(RETRY,),
)

OTP_WRONG = Entry(
    "SB-2011",
    422,
    prompt="验证码错误或已过期!",
    explain="输入的验证码不对,或者已经超过有效时间。连续输错5次,这个验证码就不能再用了。",
    remedies=("请以最近收到的一条为准,核对后重新输入。", "收不到或已经过期的,请重新获取验证码。"),
    source="domain §8",
    actions=(CORRECT_INPUT, RETRY),
)

SESSION_ENDED = Entry(
    "SB-2012",
    401,
    prompt="登录已失效,请重新登录!",
    explain="您较长时间没有操作,或者密码已修改,或者在其他设备上退出了登录。",
    remedies=("请重新扫码登录,登录后接着办理。", "如果不是您本人退出的,请联系客服检查账号。"),
    source="domain §8",
    actions=(SIGN_IN,),
)

ACCOUNT_DISABLED = Entry(
    "SB-2013",
    403,
    prompt="账号已停用!",
    explain="您的账号已被管理员停用,或者因为长时间没有登录而休眠。",
    remedies=(
        "长时间没有登录的,请本人用电子社保卡扫码激活账号。",
        "仍然提示停用的,请拨打12333或联系系统管理员,说明情况后恢复。",
    ),
    source="domain §8",
    actions=(USE_QR, CONTACT_SUPPORT),
)

UNIT_SWITCHED = Entry(
    "SB-2014",
    409,
    prompt="当前单位已切换,请刷新页面!",
    explain="您在另一个窗口或手机上换了单位,这个页面还停留在原来的单位。为防止办错单位,本次提交没有生效。",
    remedies=("请刷新页面,看清页面上方的单位名称,再重新办理。",),
    source="qr-login §5.10",
    actions=(REFRESH,),
)
