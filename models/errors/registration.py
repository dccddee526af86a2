"""Refusals of registering a unit and checking it against the three registries (SB-1001 to 1009)."""

from models.errors.entry import Entry
from models.errors.steps import (
    CONTACT_SUPPORT,
    CORRECT_INPUT,
    FILE_KEY_INFO_CHANGE,
    FIND_WINDOW,
    RETRY,
    SUBSCRIBE,
    USE_QR,
)

UNIT_NOT_VERIFIED = Entry(
    "SB-1001",
    422,
    prompt="企业信息在组织机构相关信息库验证失败,无法注册!",
    explain="企业经过营商、养老参保和机关事业三方校验,均未获取到有效信息,不予注册。",
    remedies=(
        "方案一:如果三方都没有单位信息,请等待单位数据同步后再试。",
        "方案二:1、检查注册输入的统一社会信用代码和单位名称是否参保企业养老和机关养老;",
        (
            "2、如果有参保信息,检查注册输入的法人姓名、身份证"
            "与养老险种对应的法人姓名、身份证是否一致;"
        ),
        (
            "3、如果单位名称、统一社会信用代码、法人姓名、身份证都能与养老险种参保信息对应不上,"
            "请把注册信息改成与养老一致后,重新注册;如果可以对应上,请与运维人员联系解决。"
        ),
        (
            "4、如果养老险种参保信息的统一社会信用代码、法人姓名、法人身份证错误,"
            "做“单位关键信息维护”把这三项信息维护成正确后,再注册企业网端。"
        ),
        (
            "5、如果单位多个单位编号,修改统一社会信用代码或法人信息,"
            "任意一个单位编号做“单位关键信息维护”,审核完成后,"
            "其他单位编号在经办端做“信用代码维护”,把所有单位编号的信用代码维护维护一致。"
        ),
    ),
    source="手册 5.1.1",
    actions=(CORRECT_INPUT, RETRY, FILE_KEY_INFO_CHANGE, CONTACT_SUPPORT),
)

LEGAL_REP_EXISTS = Entry(
    "SB-1002",
    409,
    prompt="根据统一社会信用代码发现,当前法人账号已经存在,可以直接扫码登录!",
    explain="当前注册的法人已经存在,不需要再注册。",
    remedies=("使用法人电子社保卡扫码登录。",),
    source="手册 5.1.2",
    actions=(USE_QR,),
)

USCC_INVALID = Entry(
    "SB-1003",
    422,
    prompt="统一社会信用代码格式不正确!",
    explain="统一社会信用代码应为18位,并且最后一位校验码要对得上。您输入的代码可能抄错或漏了一位。",
    remedies=(
        "请对照营业执照(或法人证书)上的18位代码逐位核对,改好后再提交。",
        "代码里只有数字和大写字母,不含I、O、Z、S、V:看着像I、O的,请输入数字1、0。",
    ),
    source="domain §8",
    actions=(CORRECT_INPUT,),
)

ID_NO_INVALID = Entry(
    "SB-1004",
    422,
    prompt="证件号码格式不正确!",
    explain="证件号码的位数、出生日期或者最后一位校验码不符合规则,可能抄错或漏了一位。",
    remedies=(
        "请对照证件原件逐位核对,并检查选择的证件类型是否正确,改好后再提交。",
        "15位的旧身份证号码不能使用,请输入现在身份证上的18位号码。",
    ),
    source="domain §8",
    actions=(CORRECT_INPUT,),
)

VERIFICATION_UNAVAILABLE = Entry(
    "SB-1005",
    503,
    prompt="校验服务暂不可用,请稍后再试!",
    explain="核对单位信息的数据来源没有及时回应。这不表示查不到您的单位,您填写的内容也没有错。",
    remedies=(
        "请过几分钟再试一次,您填写的内容已经保留,不用重新填写。",
        "一小时后仍然不行,请记下错误代码,拨打12333或联系客服。",
    ),
    source="domain §8",
    actions=(RETRY, CONTACT_SUPPORT),
)

UNIT_SYNCING = Entry(
    "SB-1006",
    202,
    prompt="单位数据同步中,同步后将通知您!",
    explain="营商、养老参保和机关事业三方暂时都没有您单位的数据。新办单位的数据要过一段时间才有。",
    remedies=(
        "您的注册申请已经保存,请等待通知,不用重复提交。",
        "请开启消息提醒,数据同步好以后我们会马上告诉您。",
    ),
    source="domain §8;手册 5.1.1 方案一",
    actions=(SUBSCRIBE,),
    reserved=True,
)

LEGAL_REP_MISMATCH = Entry(
    "SB-1007",
    422,
    prompt="法人姓名或证件号码与参保信息不一致!",
    explain="已经找到您的单位,但填写的法人姓名或证件号码与单位参保时登记的不一样。",
    remedies=(
        "填写有误的,请把法人姓名、证件号码改成与养老保险登记的一致,再重新提交。",
        "参保登记有误的,请先办理“单位关键信息维护”,审核完成后再注册。",
    ),
    source="domain §8;手册 5.1.1 方案二",
    actions=(CORRECT_INPUT, FILE_KEY_INFO_CHANGE),
)

UNIT_NAME_MISMATCH = Entry(
    "SB-1008",
    422,
    prompt="单位名称与参保信息不一致!",
    explain="已经按统一社会信用代码找到单位,但填写的单位名称与单位参保时登记的不一样。",
    remedies=(
        "填写有误的,请把单位名称改成与养老保险登记的一致(要写全称),再重新提交。",
        "参保登记有误的,请先办理单位信息变更,审核完成后再注册。",
    ),
    source="domain §8;手册 5.1.1 方案二",
    actions=(CORRECT_INPUT, FIND_WINDOW),
)

UNIT_NOS_INCONSISTENT = Entry(
    "SB-1009",
    409,
    prompt="该单位存在多个单位编号且信用代码不一致!",
    explain="您的单位有多个单位编号,各编号登记的统一社会信用代码不相同,系统无法确定以哪一个为准。",
    remedies=(
        "请先用任意一个单位编号办理“单位关键信息维护”,把统一社会信用代码改正确。",
        "审核完成后,其他单位编号请到经办机构办理“信用代码维护”,改成一致后再注册。",
    ),
    source="domain §8;手册 5.1.1 方案二-5",
    actions=(FILE_KEY_INFO_CHANGE, FIND_WINDOW),
)
