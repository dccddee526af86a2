"""Refusals of granting a clerk access and of acting without a grant (SB-3001 to 3013)."""

from models.errors.entry import Entry
from models.errors.steps import (
    CHOOSE_UNIT,
    CONFIRM_IDENTITY,
    CONTACT_SUPPORT,
    CORRECT_INPUT,
    FILE_KEY_INFO_CHANGE,
    GO_HOME,
    REGISTER,
    REQUEST_GRANT,
    USE_LEGAL_REP_ROLE,
    VIEW_GRANT_REQUEST,
    VIEW_GRANTS,
)

WINDOW_GRANT_UNREGISTERED = Entry(
    "SB-3001",
    422,
    prompt=(
        "系统没有识别到统一社会信用代码:{uscc_masked} 以及法人信息证件号码:{id_masked}"
        "的有效公共服务注册信息,请在公共服务端办理注册后再由经办机构进行授权操作。"
    ),
    explain="企业网端的统一社会信用代码和法人证件号码与单位参保时,填写的信息不一致",
    remedies=(
        "1、当参保信息不对时,单位通过“单位关键信息维护”修改统一社会信用代码和法人信息;",
        "2、当企业网端信息不对时,按照参保信息的统一社会信用代码和法人,重新注册。",
    ),
    source="手册 5.3",
    actions=(FILE_KEY_INFO_CHANGE, REGISTER),
)

ALREADY_GRANTED = Entry(
    "SB-3002",
    409,
    prompt="该办事员已拥有所选单位的经办权限!",
    explain="所选的参保关系以前已经授权给这位办事员,在列表里标为黄色并写有“已授权”。",
    remedies=(
        "不需要重复授权,这位办事员可以直接扫码登录办理。",
        "要增加其他参保关系,请只选没有标“已授权”的,再提交。",
    ),
    source="domain §8;手册 3.1.2",
    actions=(VIEW_GRANTS,),
)

GRANTS_NOT_YOURS = Entry(
    "SB-3003",
    403,
    prompt="您没有授权管理权限!",
    explain="添加办事员、单位授权和撤销授权由单位法人办理,办事员没有“授权登录”功能。",
    remedies=(
        "请联系单位法人,用法人身份扫码登录后办理授权。",
        "如果您就是法人,请退出后改用法人身份重新扫码登录。",
    ),
    source="domain §8;手册 3.1.1 注",
    actions=(USE_LEGAL_REP_ROLE, GO_HOME),
)

RELATION_NOT_GRANTED = Entry(
    "SB-3004",
    403,
    prompt="您没有该参保关系的经办权限!",
    explain="单位:{unit} 编号:{no}。法人给您的授权里不包含这一条参保关系,所以不能办理它的业务。",
    remedies=(
        "请点“申请法人授权”,法人同意后就可以办理。",
        "也可以请法人登录后,在“授权登录”里把这条参保关系授权给您。",
    ),
    source="domain §8;手册 第四章",
    actions=(REQUEST_GRANT, CHOOSE_UNIT),
)

GRANT_REVOKED = Entry(
    "SB-3005",
    403,
    prompt="授权已被撤销!",
    explain="您在这个单位的授权已被法人或经办机构窗口撤销或更改,不能再用原来的授权办理业务。",
    remedies=(
        "还需要继续办理的,请联系单位法人重新授权,或点“申请法人授权”。",
        "您还为其他单位办理业务的,请重新选择单位,其他单位不受影响。",
    ),
    source="domain §8;qr-login §5.10",
    actions=(REQUEST_GRANT, CHOOSE_UNIT),
)

GRANT_EXPIRED = Entry(
    "SB-3006",
    403,
    prompt="授权已到期!",
    explain="法人给您的授权有起止日期,现在已经过了截止日期。",
    remedies=("请点“申请法人授权”申请续期,或直接联系法人延长授权时间。",),
    source="domain §8",
    actions=(REQUEST_GRANT, CHOOSE_UNIT),
)

GRANT_SUSPENDED = Entry(
    "SB-3007",
    403,
    prompt="授权已暂停:法定代表人发生变更!",
    explain="单位法定代表人变更后,原来的授权会先暂停,由新法人逐个确认后恢复。",
    remedies=(
        "请联系新法人,用法人身份扫码登录,在“授权登录”里确认您的授权。",
        "确认之前,您办了一半的业务会保留,不会丢失。",
    ),
    source="domain §8",
    actions=(REQUEST_GRANT, CHOOSE_UNIT),
)

GRANT_REQUEST_OPEN = Entry(
    "SB-3008",
    409,
    prompt="已有待审批的授权申请!",
    explain="您以前向这个单位提交过授权申请,法人还没有处理,不能再提交一份。",
    remedies=(
        "请提醒法人在手机上审批,审批结果会通知您。",
        "申请内容填错了的,请先撤回原来的申请,再重新提交。",
    ),
    source="domain §8",
    actions=(VIEW_GRANT_REQUEST,),
)

GRANT_REQUEST_LAPSED = Entry(
    "SB-3009",
    410,
    prompt="授权申请已失效!",
    explain="授权申请提交后21天内没有人处理,系统已自动关闭。",
    remedies=("请先与法人联系好,再重新提交授权申请。",),
    source="domain §8",
    actions=(REQUEST_GRANT,),
)

GRANT_TOO_WIDE = Entry(
    "SB-3010",
    422,
    prompt="授权范围超出您的权限!",
    explain="您只能把自己有权办理的参保关系和业务授权给别人,这次选的内容超出了范围。",
    remedies=("请去掉您没有权限的参保关系或业务,再重新提交。", "确实需要的,请由单位法人办理授权。"),
    source="domain §8",
    actions=(CORRECT_INPUT,),
)

CLERK_FIXED = Entry(
    "SB-3011",
    409,
    prompt="该办事员已登录过,证件号码不可修改!",
    explain="这位办事员已经用这个证件号码登录办理过业务,直接改号码会把两个人的办理记录混在一起。",
    remedies=(
        "请先删除这位办事员,再用正确的证件号码重新添加并授权。",
        "只是换了手机号的,可以直接修改联系电话。",
    ),
    source="domain §8",
    actions=(VIEW_GRANTS,),
)

STEP_UP_NEEDED = Entry(
    "SB-3012",
    403,
    prompt="请先完成身份确认!",
    explain="这一步关系到单位的重要权限,需要再次确认是您本人操作;以前的确认已经超过有效时间。",
    remedies=(
        "请用电子社保卡重新确认身份,完成后接着办理。",
        "不能确认的,请记下错误代码,拨打12333或联系客服。",
    ),
    source="domain §8",
    actions=(CONFIRM_IDENTITY, CONTACT_SUPPORT),
)

GRANT_PAUSED = Entry(
    "SB-3013",
    403,
    prompt="授权已暂停!",
    explain="法人暂停了您的授权;超过90天没有使用的授权、停用单位的授权也会暂停。",
    remedies=(
        "请联系法人,用法人身份扫码登录,在“授权登录”里恢复您的授权,恢复后马上可以办理。",
        "恢复之前,您办了一半的业务会保留,不会丢失。",
    ),
    source="domain §7.2 row 9",
    actions=(REQUEST_GRANT, CHOOSE_UNIT),
)
