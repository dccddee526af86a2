"""Refusals that have nothing to do with the business: load, faults, and the way a request is made
(SB-9001 to 9016)."""

from models.errors.entry import Entry
from models.errors.steps import (
    CONTACT_SUPPORT,
    CORRECT_INPUT,
    GO_HOME,
    LOOK_UP_CODE,
    REFRESH,
    RETRY,
    UPDATE_APP,
)

BUG = Entry(
    "SB-9001",
    500,
    prompt="系统繁忙,请稍后再试!",
    explain="系统内部出现了意料之外的问题,不是您操作有误。问题已经自动记录。",
    remedies=(
        "请过几分钟再试一次。",
        "仍然这样的,请记下错误代码和流水号,拨打12333或联系客服,我们凭流水号查原因。",
    ),
    source="domain §8;常见问题 5.2",
    actions=(RETRY, CONTACT_SUPPORT),
)

MAINTENANCE = Entry(
    "SB-9002",
    503,
    prompt="系统维护中!",
    explain="系统正在升级维护,暂时不能办理业务。您已经提交的内容不受影响。",
    remedies=("请按公告上的恢复时间再来办理。", "必须马上办理的,请到社保窗口。"),
    source="domain §8",
    actions=(RETRY,),
    reserved=True,
)

BUSY = Entry(
    "SB-9003",
    503,
    prompt="当前为办理高峰,请稍候!",
    explain="现在办理的人很多,为了让正在办理的人顺利办完,请您稍等一会儿。",
    remedies=(
        "请等一两分钟再试,不要连续刷新。",
        "不着急的,请避开上午刚上班和每月申报截止前几天的高峰时段。",
    ),
    source="domain §8;常见问题 5.1",
    actions=(RETRY,),
)

CODE_UNKNOWN = Entry(
    "SB-9004",
    404,
    prompt="未找到该错误代码!",
    explain="错误代码由SB、一个横线和四位数字组成,例如SB-2102。您输入的代码不在代码表里。",
    remedies=(
        "请核对错误提示上的代码,重新输入。",
        "不记得代码的,可以输入提示里的几个字来查找,例如“二维码”。",
    ),
    source="domain §8;常见问题 5.2",
    actions=(LOOK_UP_CODE,),
)

CLIENT_TOO_OLD = Entry(
    "SB-9005",
    426,
    prompt="版本过低,请更新!",
    explain="您使用的小程序、微信、支付宝或浏览器版本太旧,有些功能不能正常使用。",
    remedies=(
        "手机上请先更新微信或支付宝,再关闭小程序重新打开。",
        "电脑上请换用最新的谷歌浏览器,或360极速浏览器的极速模式。",
    ),
    source="domain §8;手册 第一章",
    actions=(UPDATE_APP,),
    reserved=True,
)

REPEATED = Entry(
    "SB-9006",
    409,
    prompt="请勿重复提交!",
    explain="刚才已经收到过您的提交,这一次的内容与上次不一样,系统没有再次处理。",
    remedies=(
        "请先刷新页面,看看上一次提交是否已经成功。",
        "需要修改的,请在刷新后的页面上重新填写,只点一次提交。",
    ),
    source="domain §8;contract §3",
    actions=(REFRESH,),
)

INPUT_WRONG = Entry(
    "SB-9007",
    422,
    prompt="请求参数不正确!",
    explain="填写的内容里有缺少的、多余的或格式不对的项目,还没有保存。",
    remedies=(
        "请按每一项旁边的提示改正,再重新提交。",
        "没有看到提示的,请刷新页面或更新小程序后再试。",
    ),
    source="domain §8;HTTP 状态按 contract §3",
    actions=(CORRECT_INPUT, REFRESH),
)

IF_MATCH_MISSING = Entry(
    "SB-9008",
    428,
    prompt="请先刷新后再修改!",
    explain="系统不能确定您看到的是不是最新内容。为了不覆盖别人刚做的修改,本次修改没有保存。",
    remedies=("请刷新页面,看到最新内容后再修改。",),
    source="qr-login §5.10;contract §3",
    actions=(REFRESH,),
)

STORE_DOWN = Entry(
    "SB-9009",
    503,
    prompt="登录服务暂不可用,请稍后再试!",
    explain="登录服务暂时出了故障,不能生成或核对二维码。您的账号没有问题。",
    remedies=("请过几分钟再刷新登录页面。", "着急办理的,请到社保窗口,或拨打12333咨询。"),
    source="qr-login §5.10",
    actions=(RETRY,),
)

DATABASE_DOWN = Entry(
    "SB-9010",
    503,
    prompt="数据服务暂不可用,请稍后再试!",
    explain="存放业务数据的服务暂时出了故障,刚才的操作没有保存。以前的数据不受影响。",
    remedies=(
        "请先不要关闭页面,过几分钟再试一次。",
        "半小时后仍然不行,请记下错误代码,拨打12333或联系客服。",
    ),
    source="本产品增补",
    actions=(RETRY, CONTACT_SUPPORT),
)

NOT_FOUND = Entry(
    "SB-9011",
    404,
    prompt="未找到请求的内容!",
    explain="网址输入有误,或者内容已被删除,或者它不属于您现在登录的单位。",
    remedies=(
        "请返回首页,从菜单重新进入。",
        "您为多个单位办理业务的,请检查页面上方的单位名称是否正确。",
    ),
    source="本产品增补",
    actions=(GO_HOME,),
)

METHOD_WRONG = Entry(
    "SB-9012",
    405,
    prompt="该操作方式不受支持!",
    explain="页面或程序用了系统不支持的方式访问这个地址,常见原因是页面停留太久或版本太旧。",
    remedies=("请返回首页,从菜单重新进入。", "开发人员请对照接口文档,检查请求方法。"),
    source="本产品增补",
    actions=(GO_HOME,),
)

BODY_TOO_LARGE = Entry(
    "SB-9013",
    413,
    prompt="提交的内容过大!",
    explain="一次提交的内容超过了系统允许的大小,没有被接收。",
    remedies=("请减少一次提交的内容,分几次提交。", "有图片的,请压缩后再提交。"),
    source="contract §3(本产品增补)",
    actions=(CORRECT_INPUT,),
)

MEDIA_TYPE_WRONG = Entry(
    "SB-9014",
    415,
    prompt="提交的内容格式不支持!",
    explain="页面或程序送来的内容,系统认不出是什么格式,没有处理。",
    remedies=("请刷新页面或更新小程序,再重新提交。", "开发人员请检查请求的Content-Type。"),
    source="contract §3(本产品增补)",
    actions=(REFRESH,),
)

FORBIDDEN = Entry(
    "SB-9015",
    403,
    prompt="您没有该操作的权限!",
    explain="您现在登录的身份不能办理这一项,可能要由法人或经办机构人员办理。",
    remedies=(
        "请看清页面上方的登录身份;如果您也是法人,请改用法人身份登录。",
        "如果您是办事员,请联系单位法人办理或给您授权。",
    ),
    source="本产品增补",
    actions=(GO_HOME,),
)

CSRF_FAILED = Entry(
    "SB-9016",
    403,
    prompt="页面已失效,请刷新后再试!",
    explain="这个页面打开太久,或者不是从本平台打开的。为防止别人冒用您的身份,本次操作没有执行。",
    remedies=("请刷新页面,再重新操作。", "如果是从别处的链接点进来的,请从本平台首页重新进入。"),
    source="contract §3(本产品增补)",
    actions=(REFRESH, GO_HOME),
)
