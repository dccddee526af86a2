"""Refusals of the agency's console (SB-8501 to 8508), which the seed's manual does not know."""

from models.errors.entry import Entry
from models.errors.steps import CONTACT_SUPPORT, CORRECT_INPUT, GO_HOME, SIGN_IN

DUTY_MISSING = Entry(
    "SB-8501",
    403,
    prompt="您的岗位没有该操作的权限!",
    explain="您已登录经办机构工作台,但您的岗位不办理这一项。岗位由安全管理员分配。",
    remedies=("请由有相应岗位的同事办理。", "确实需要的,请向本机构安全管理员申请调整岗位。"),
    source="domain §4.1(本产品增补)",
    actions=(GO_HOME,),
)

OFFICER_CREDENTIALS_WRONG = Entry(
    "SB-8502",
    401,
    prompt="账号、密码或动态口令错误!",
    explain="三项中至少有一项不对,或者这个动态口令已经用过一次。为了安全,不提示是哪一项。",
    remedies=(
        "请核对账号和密码,等验证器显示下一个6位动态口令后再登录。",
        "手机时间不准时动态口令会一直不对,请先打开手机的“自动设置时间”。",
        "连续输错5次,账号会锁定30分钟;忘记密码或换了手机的,请联系本机构系统管理员重置。",
    ),
    source="domain §4.1(本产品增补)",
    actions=(CORRECT_INPUT,),
)

OFFICER_LOCKED = Entry(
    "SB-8503",
    423,
    prompt="连续输错次数过多,账号已锁定!",
    explain="15分钟内连续输错5次,为了保护账号安全,账号已暂时锁定。",
    remedies=("请等{n}分钟,到时会自动解锁。", "着急办理的,请联系本机构安全管理员解锁。"),
    source="domain §4.1(本产品增补)",
    actions=(SIGN_IN, CONTACT_SUPPORT),
)

OFFICER_TOKEN_INVALID = Entry(
    "SB-8504",
    410,
    prompt="开通凭证无效、已使用或已过期!",
    explain="开通凭证只能使用一次,并且在限定的时间内有效。",
    remedies=("请向发给您凭证的系统管理员重新要一份,收到后尽快使用。",),
    source="domain §4.1(本产品增补)",
    actions=(CONTACT_SUPPORT,),
)

DUTIES_EXCLUSIVE = Entry(
    "SB-8505",
    422,
    prompt="系统管理员、安全管理员和审计管理员不能由同一人担任!",
    explain="三个管理员岗位互相制约,一个人最多担任其中一个。",
    remedies=("请只选其中一个管理员岗位,另外的岗位分配给其他人员。",),
    source="domain §4.1(三员分离)",
    actions=(CORRECT_INPUT,),
)

NOT_ONESELF = Entry(
    "SB-8506",
    403,
    prompt="不能对自己的账号做这项操作!",
    explain="停用、重置、解锁和分配岗位必须由另一位管理员办理,避免一个人给自己加权限。",
    remedies=("请联系另一位管理员办理。",),
    source="domain §4.1(本产品增补)",
    actions=(GO_HOME,),
)

SECOND_OFFICER_NEEDED = Entry(
    "SB-8507",
    409,
    prompt="恢复使用须由另一位主管同意!",
    explain="停用的账号要有两位主管先后同意才能恢复使用,您已经同意过了。",
    remedies=("请由本机构另一位主管登录工作台,打开该单位,核对情况后点“同意恢复使用”。",),
    source="domain §7.4(双人办理)",
    actions=(GO_HOME,),
)

NO_ACCOUNT = Entry(
    "SB-8508",
    404,
    prompt="该单位的法人没有密码账号!",
    explain="法人还没有登记,或者还没有设置过登录密码,所以没有可以解锁的账号。",
    remedies=(
        "请核对是不是这个单位。法人可以用电子社保卡扫码登录,不需要密码。",
        "法人需要密码的,请核对本人证件后,点“发送设置密码的链接”。",
    ),
    source="domain §7.4(本产品增补)",
    actions=(CORRECT_INPUT,),
)
