"""Refusals of signing in by scanning a QR code (SB-2101 to 2115); import them from login."""

from models.errors.entry import Entry
from models.errors.steps import (
    CHOOSE_UNIT as GO_CHOOSE_UNIT,
)
from models.errors.steps import (
    CONTACT_SUPPORT,
    FIND_WINDOW,
    HOW_TO_APPLY_CARD,
    REFRESH,
    REGISTER,
    REQUEST_GRANT,
    RETRY,
    SCAN_AGAIN,
)

LEGAL_REP_UNKNOWN = Entry(
    "SB-2101",
    404,
    prompt="未找到当前法人账号信息,请先注册法人账号!",
    explain="根据扫码获取的法人信息,在法人表中未找到有效数据",
    remedies=("检查用户信息后登陆或根据单位参保信息重新注册",),
    source="手册 5.2.2.1",
    actions=(REGISTER,),
)

CLERK_UNKNOWN = Entry(
    "SB-2102",
    404,
    prompt="未找到当前办事员账号信息,请联系法人授权或者去窗口授权!",
    explain="根据扫码获取的办事员信息,在办事员表中未找到有效数据",
    remedies=("需要法人登录后,添加办事员",),
    source="手册 5.2.2.2",
    actions=(REQUEST_GRANT, FIND_WINDOW),
)

QR_EXPIRED = Entry(
    "SB-2103",
    410,
    prompt="二维码已过期,请刷新!",
    explain="二维码只在很短的时间内有效,您扫的这一个已经超过时间。",
    remedies=("请在电脑上刷新二维码,再用手机对准屏幕重新扫码。",),
    source="domain §8",
    actions=(REFRESH,),
)

QR_TAKEN = Entry(
    "SB-2104",
    409,
    prompt="二维码已被使用或已被扫描!",
    explain="一个二维码只能由一部手机使用一次,这个二维码已经用过或正被另一部手机使用。",
    remedies=(
        "请在电脑上刷新二维码,再用您的手机重新扫码。",
        "几个人同时登录时,请在各自的电脑上扫各自的二维码。",
    ),
    source="domain §8",
    actions=(REFRESH,),
)

ROLE_SWITCHED = Entry(
    "SB-2105",
    409,
    prompt="登录身份已切换,请重新扫码!",
    explain="电脑上刚刚切换了法人或办事员身份,切换之前的二维码已经作废。",
    remedies=("请看清电脑上二维码上方写的登录身份,再重新扫码。",),
    source="domain §8",
    actions=(SCAN_AGAIN,),
)

LOGIN_DENIED = Entry(
    "SB-2106",
    403,
    prompt="您已在手机上拒绝本次登录!",
    explain="扫码的手机上点了“取消”或“不是我”,或者配对数字输错太多,本次登录已经停止。",
    remedies=(
        "如果是您自己点错了,请刷新二维码,重新扫码并点“确认登录”。",
        "如果不是您本人要登录,请不要再扫这个二维码;设置过密码的请修改密码,并联系客服。",
    ),
    source="domain §8",
    actions=(REFRESH, CONTACT_SUPPORT),
)

CARD_ABNORMAL = Entry(
    "SB-2107",
    403,
    prompt="电子社保卡状态异常,无法登录!({state})",
    explain="您的社保卡目前是“{state}”状态。实体卡状态不正常时,电子社保卡也不能用来登录。",
    remedies=(
        "挂失、临时挂失:卡已找到的,请本人带身份证到发卡银行或社保窗口解除挂失;找不到的请补卡。",
        "应用锁定:请本人带身份证和社保卡,到发卡银行或社保窗口解锁。",
        "封存、注销:请本人带身份证到社保窗口询问原因,启用或重新办卡后再登录。",
    ),
    source="domain §8;手册 2.1.1",
    actions=(FIND_WINDOW, HOW_TO_APPLY_CARD),
)

CARD_MISSING = Entry(
    "SB-2108",
    403,
    prompt="未申领电子社保卡或所在地区未开通!",
    explain="没有查到您本人可用的电子社保卡:可能还没有申领,也可能您所在的地区还没有开通。",
    remedies=(
        "还没有申领的,请在掌上12333APP,或电子社保卡微信、支付宝小程序里申领,领好后再扫码登录。",
        "还没有实体社保卡的,请先到发卡银行或社保窗口办卡。",
        "所在地区没有开通的,请到社保窗口办理业务,或拨打12333咨询。",
    ),
    source="domain §8;手册 2.1.1",
    actions=(HOW_TO_APPLY_CARD, FIND_WINDOW),
)

ECARD_UNAVAILABLE = Entry(
    "SB-2109",
    502,
    prompt="电子社保卡服务暂不可用!",
    explain="电子社保卡平台没有及时回应,暂时不能核对您的身份。您的卡和账号都没有问题。",
    remedies=(
        "请过几分钟再试一次。",
        "手机小程序里以前确认过身份的,可以用微信或支付宝扫码登录。",
        "已经开通密码登录的,可以改用账号密码登录。",
    ),
    source="domain §8",
    actions=(RETRY,),
)

CHOOSE_UNIT = Entry(
    "SB-2110",
    300,
    prompt="请选择要进入的单位!",
    explain="您可以为多个单位办理业务,系统需要知道这次为哪一个单位办理。",
    remedies=("请在单位列表中点击要进入的单位名称,单位较多时可以输入名称查找。",),
    source="domain §8;手册 3.1.1",
    actions=(GO_CHOOSE_UNIT,),
)

CLERK_MISMATCH = Entry(
    "SB-2111",
    403,
    prompt="证件号码或姓名与授权信息不一致!",
    explain="单位给您授权时填写的证件号码或姓名,与您社保卡上的不一样,所以不能登录。",
    remedies=(
        "请联系单位法人,在“授权登录”里核对您的证件号码和姓名,改正后您再扫码登录。",
        "法人不方便操作的,请带材料到经办机构窗口办理授权。",
    ),
    source="domain §8;手册 3.1.1 注",
    actions=(REQUEST_GRANT, FIND_WINDOW),
)

NOT_FROM_CAMERA = Entry(
    "SB-2112",
    403,
    prompt="请对准电脑屏幕扫码,不支持长按识别或相册图片!",
    explain="为防止有人把二维码发给您、骗您替他登录,只能用摄像头直接扫电脑屏幕上的二维码。",
    remedies=(
        "请打开扫一扫,对准您面前电脑屏幕上的二维码扫码。",
        "如果二维码是别人用图片发给您的,请不要扫,那可能是骗局。",
    ),
    source="qr-login §5.10",
    actions=(SCAN_AGAIN,),
)

PAIRING_OWED = Entry(
    "SB-2113",
    409,
    prompt="请在电脑上输入手机显示的两位数字!",
    explain="为确认手机和电脑都在您身边,本次登录需要多核对一步。",
    remedies=("请看手机上显示的两位数字,在电脑登录页面输入,再回到手机点“确认登录”。",),
    source="qr-login §5.10",
    actions=(RETRY,),
)

RISK_BLOCKED = Entry(
    "SB-2114",
    403,
    prompt="本次登录存在风险,已为您拦截!",
    explain="本次登录的电脑或网络与平时差别较大,为保护单位账号安全,系统没有让它登录。",
    remedies=(
        "如果是您本人登录,请在办公室常用的电脑和网络上打开登录页,重新扫码。",
        "电脑或手机开了代理软件(VPN)的,请先关闭,再重新扫码。",
        "如果二维码是别人发给您的,请不要再扫,并拨打12333或联系客服。",
    ),
    source="qr-login §5.10",
    actions=(SCAN_AGAIN, CONTACT_SUPPORT),
)

NOT_OUR_QR = Entry(
    "SB-2115",
    422,
    prompt="这不是本平台的登录二维码!",
    explain="您扫的二维码不是本平台登录页面上的,或者没有扫完整。",
    remedies=(
        "请在电脑上打开本平台登录页面,对准页面上的二维码重新扫码。",
        "看不清的,请把电脑屏幕调亮,让整个二维码都在扫码框里。",
    ),
    source="qr-login §5.10",
    actions=(SCAN_AGAIN,),
)
