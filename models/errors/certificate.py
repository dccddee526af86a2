"""Refusals and hints around a unit's digital certificate (SB-6001 to 6008)."""

from models.errors.entry import Entry
from models.errors.steps import (
    CHECK_CERTIFICATE,
    CONTACT_SUPPORT,
    FIND_WINDOW,
    RENEW_CERTIFICATE,
    RETRY,
    UPLOAD_AGAIN,
)

CERTIFICATE_EXPIRED = Entry(
    "SB-6001",
    403,
    prompt="数字证书已过期!",
    explain="数字证书是网上办理业务的重要凭证,过期后无法正常使用。",
    remedies=(
        "在线更新: 在系统中找到“数字证书管理”模块,按照提示进行在线更新。",
        "线下办理: 如果无法在线更新,需要到CA认证机构进行线下办理。",
    ),
    source="domain §8;常见问题 6.1",
    actions=(RENEW_CERTIFICATE,),
)

CERTIFICATE_EXPIRING = Entry(
    "SB-6002",
    200,
    prompt="数字证书将于{n}天后到期!",
    explain="证书到期后就不能办理需要数字证书的业务,提前更新不会减少原来的有效期。",
    remedies=("请在到期前打开“数字证书管理”,点“更新数字证书”,按提示办理。",),
    source="domain §8;常见问题 6.1",
    actions=(RENEW_CERTIFICATE,),
)

CERTIFICATE_UNRECOGNISED = Entry(
    "SB-6003",
    422,
    prompt="CA证书无法识别!",
    explain="证书不是本平台认可的机构颁发的,或者文件格式不对,或者电脑没有读到证书。",
    remedies=(
        "安装驱动: 确保电脑已经安装了CA证书的驱动程序。",
        "检查接口: 检查CA证书是否正确插入电脑接口。",
        "联系客服: 如果无法解决,联系CA认证机构的客服寻求帮助。",
    ),
    source="domain §8;常见问题 6.2",
    actions=(CHECK_CERTIFICATE, UPLOAD_AGAIN),
)

CERTIFICATE_OF_OTHER_UNIT = Entry(
    "SB-6004",
    422,
    prompt="证书与本单位不符!",
    explain="证书里写的统一社会信用代码与您现在登录的单位不一致,可能用了别的单位的证书。",
    remedies=(
        "请检查是否拿错了证书,或者登录错了单位,换成正确的再试。",
        "单位信用代码变更过的,请联系CA认证机构更换证书。",
    ),
    source="domain §8",
    actions=(UPLOAD_AGAIN, CHECK_CERTIFICATE),
)

CERTIFICATE_REVOKED = Entry(
    "SB-6005",
    403,
    prompt="证书已吊销!",
    explain="颁发机构已经宣布这个证书作废,不能再用来办理业务。",
    remedies=(
        "请联系CA认证机构问清原因,重新办理一个新证书。",
        "新证书办好后,请在“数字证书管理”里添加。",
    ),
    source="domain §8",
    actions=(CHECK_CERTIFICATE, CONTACT_SUPPORT),
)

RENEWAL_TOO_EARLY = Entry(
    "SB-6006",
    422,
    prompt="未到可更新时间!",
    explain="证书剩余有效期还超过90天,现在不需要更新。",
    remedies=("请放心继续使用,到了可以更新的时间,我们会提醒您。",),
    source="domain §8",
    actions=(CHECK_CERTIFICATE,),
)

RENEWAL_TOO_LATE = Entry(
    "SB-6007",
    422,
    prompt="证书过期超过1年,需重新认证!",
    explain="证书过期太久,颁发机构需要重新核对单位和办理人的身份,不能直接在线更新。",
    remedies=(
        "请按页面上的清单上传营业执照、法人和经办人身份证照片,等待核对。",
        "不能上传的,请带上述材料和证书介质到CA认证机构办理。",
    ),
    source="domain §8",
    actions=(UPLOAD_AGAIN, FIND_WINDOW),
)

CA_UNAVAILABLE = Entry(
    "SB-6008",
    503,
    prompt="证书机构服务暂不可用!",
    explain="证书机构没有及时回应,或者本平台还没有接通您的证书机构,暂时不能在线更新。",
    remedies=(
        "请过几分钟再试一次,原证书到期前仍可正常使用。",
        "着急办理的,请到CA认证机构线下更新,再在“数字证书管理”里上传新证书。",
    ),
    source="domain §7.3(本产品增补)",
    actions=(RETRY, UPLOAD_AGAIN),
)
