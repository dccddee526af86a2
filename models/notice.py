"""The privacy notice 隐私保护指引 in force: a list of what is kept, why, on what ground, how long.

A changed text gets a new version; whoever agreed to an older one is asked again.
Source: 个人信息保护法 第十七条; 网络数据安全管理条例 第二十一条 (清单形式).
"""

from dataclasses import dataclass

VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the list: which data, what for, on what ground, and until when."""

    data: str
    purpose: str
    ground: str
    kept: str


KINDS: tuple[Kind, ...] = (
    Kind(
        "姓名、证件类型、证件号码(敏感个人信息)",
        "核对您是否为单位的法人或办事员,登录和办理业务",
        "履行法定职责;由您出示电子社保卡时取得",
        "账号存续期间;注销后删除",
    ),
    Kind("手机号码", "接收验证码、设置密码的链接和办理通知", "您的同意", "您解除绑定或注销时删除"),
    Kind("邮箱地址", "接收验证码", "您的同意", "您解除绑定或注销时删除"),
    Kind("登录密码(只保存不可还原的摘要)", "账号密码登录", "您自愿设置", "注销时删除"),
    Kind(
        "登录时间、网络地址、浏览器类型",
        "发现冒用,保护账号安全",
        "履行法定职责",
        "浏览器记录90天;审计日志不少于3年",
    ),
    Kind(
        "微信、支付宝小程序的账号标识", "在手机上确认登录、接收通知", "您的同意", "注销时解除绑定"
    ),
    Kind("授权记录、申报记录", "办理社会保险业务", "履行法定职责", "按社会保险档案管理的规定保存"),
)

RIGHTS: tuple[str, ...] = (
    "查看:在“我的账号”里可以看到本平台保存的您的个人信息。",
    "更正:手机号码和邮箱可以随时更换;姓名、证件号码以电子社保卡为准。",
    "复制:可以导出一份您的个人信息,准备好以后7天内下载一次。",
    "撤回同意:撤回后,我们删除凭您同意保存的手机号码和邮箱;撤回前的处理仍然有效。",
    "注销:提出申请后有15天冷静期,期间可以撤销;有未办结业务的,办结后才能注销。",
    "依法必须保存的申报记录、授权记录和审计日志,注销后仍保存到规定期限,不再用于其他目的。",
)

CONTACT = "对个人信息处理有疑问的,请拨打12333,或向参保的经办机构提出。"
