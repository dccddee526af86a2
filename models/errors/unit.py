"""Refusals of looking up a unit and of keeping its particulars up to date (SB-4001 to 4008)."""

from models.errors.entry import Entry
from models.errors.steps import (
    CHOOSE_UNIT,
    CORRECT_INPUT,
    FIND_WINDOW,
    RETRY,
    UPLOAD_AGAIN,
    USE_LEGAL_REP_ROLE,
    VIEW_FILING,
    VIEW_UNIT,
)

UNIT_UNKNOWN = Entry(
    "SB-4001",
    404,
    prompt="未找到单位信息!",
    explain="按您给出的统一社会信用代码、单位编号或单位名称,没有找到已在本平台注册的单位。",
    remedies=(
        "请对照营业执照或参保登记材料,核对统一社会信用代码或单位编号后再查。",
        "单位还没有注册的,请单位法人先注册。",
    ),
    source="domain §8;手册 3.1.2",
    actions=(CORRECT_INPUT,),
)

PROOF_MISSING = Entry(
    "SB-4002",
    422,
    prompt="请上传{field}变更的证明材料!",
    explain="修改{field}需要经办机构审核,审核人员要看到证明材料才能办理。",
    remedies=("请按页面上的材料清单,拍照或扫描后上传,再重新提交。",),
    source="domain §8;常见问题 2.1",
    actions=(UPLOAD_AGAIN,),
    reserved=True,
)

CHANGE_UNDER_REVIEW = Entry(
    "SB-4003",
    409,
    prompt="该信息正在审核中,不能重复修改!",
    explain="这一项信息以前已经提交过修改,经办机构还在审核。",
    remedies=(
        "请点“查看申报”了解审核进度,等审核有结果后再修改。",
        "上次填错了的,请先撤回那一笔申报,再重新修改。",
    ),
    source="domain §8;常见问题 2.2",
    actions=(VIEW_FILING,),
    reserved=True,
)

WINDOW_ONLY = Entry(
    "SB-4004",
    422,
    prompt="需到经办机构线下办理!",
    explain="这项变更需要工作人员当面核对材料原件,网上不能办完。",
    remedies=("请查看附近的办理窗口、办公时间和材料清单,带齐材料到窗口办理。",),
    source="domain §8;常见问题 2.1",
    actions=(FIND_WINDOW,),
    reserved=True,
)

UNIT_CLOSED = Entry(
    "SB-4005",
    403,
    prompt="该单位已注销,不能再办理业务!",
    explain="参保登记里这个单位已经注销,登录和授权都已停止。以前的业务记录会保留。",
    remedies=(
        "您还为其他单位办理业务的,请重新扫码,选择其他单位。",
        "单位没有注销的,请法人带营业执照到参保的经办机构窗口核对参保登记。",
    ),
    source="domain §7.2(本产品增补)",
    actions=(CHOOSE_UNIT, FIND_WINDOW),
)

CORE_UNAVAILABLE = Entry(
    "SB-4006",
    503,
    prompt="单位数据同步暂停,请稍后再试!",
    explain="社保业务系统没有及时回应,单位的最新参保信息暂时取不到。恢复后会自动补上,不会遗漏。",
    remedies=("请过一会儿再来查看,已有的信息不受影响。", "着急办理的,请到参保的经办机构窗口。"),
    source="常见问题 4.2(本产品增补)",
    actions=(RETRY, FIND_WINDOW),
)

PROFILE_NOT_YOURS = Entry(
    "SB-4007",
    403,
    prompt="办事员不能修改单位资料!",
    explain="单位资料只能由法人修改。您现在以办事员身份登录,可以查看,不能修改。",
    remedies=(
        "请联系单位法人,用法人身份扫码登录后修改。",
        "您也是法人的,请退出后改用法人身份登录。",
    ),
    source="手册 3.1.1(注);domain §1.1 S1-3.1.1h",
    actions=(USE_LEGAL_REP_ROLE, VIEW_UNIT),
)

REVIEW_NEEDED = Entry(
    "SB-4008",
    409,
    prompt="修改{field}需要申报“{item}”,审核后生效!",
    explain="这几项与参保登记和缴费有关,不能直接修改,要提交证明材料,由经办机构审核。本次修改没有保存。",
    remedies=(
        "请按材料清单备齐证明材料,申报“{item}”。",
        "网上还没有开通这项业务的,请带材料到参保的经办机构窗口办理。",
    ),
    source="domain S0-2.2;常见问题 2.2",
    actions=(VIEW_UNIT, FIND_WINDOW),
)
