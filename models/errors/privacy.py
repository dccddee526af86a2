"""Refusals and answers around consent and a person's own data (SB-8001 to 8003)."""

from models.errors.entry import Entry
from models.errors.steps import READ_PRIVACY_NOTICE, SUBSCRIBE, VIEW_FILING

CONSENT_MISSING = Entry(
    "SB-8001",
    403,
    prompt="请先阅读并同意隐私保护指引!",
    explain="使用前要让您知道我们收集哪些信息、做什么用。没有您的同意,我们不会使用您的信息。",
    remedies=(
        "请阅读隐私保护指引,同意的请勾选并点“同意”,再继续办理。",
        "不同意的,可以到社保窗口办理。",
    ),
    source="domain §8",
    actions=(READ_PRIVACY_NOTICE,),
)

FILINGS_OPEN = Entry(
    "SB-8002",
    409,
    prompt="存在未办结业务,暂不能注销账号!",
    explain="您还有没有办完的申报。现在注销,这些业务就没有人接着办了。",
    remedies=(
        "请等这些申报办完,或者先撤回,再申请注销。",
        "离职交接的,请法人把授权转给接手的同事。",
    ),
    source="domain §8",
    actions=(VIEW_FILING,),
)

EXPORT_PREPARING = Entry(
    "SB-8003",
    202,
    prompt="数据导出正在准备!",
    explain="您要的数据正在整理打包,需要一点时间。",
    remedies=("请不用等在这里,也不用重复提交;准备好以后会通知您下载。",),
    source="domain §8",
    actions=(SUBSCRIBE,),
)
