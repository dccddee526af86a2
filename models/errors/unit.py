"""Refusals of looking up a unit and of keeping its particulars up to date (SB-4001 to 4004)."""

from models.errors.entry import Entry
from models.errors.steps import CORRECT_INPUT, FIND_WINDOW, UPLOAD_AGAIN, VIEW_FILING

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
    reserved=True,
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
