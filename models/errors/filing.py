"""Refusals and hints around filing an item with the agency (SB-5001 to 5011)."""

from models.errors.entry import Entry
from models.errors.steps import (
    CONTACT_SUPPORT,
    CORRECT_INPUT,
    FIND_WINDOW,
    GO_HOME,
    REFRESH,
    URGE,
    VIEW_FILING,
)

OUTSIDE_WINDOW = Entry(
    "SB-5001",
    403,
    prompt="当前不在申报期内!",
    explain=(
        "这项业务每月{from_day}日至{to_day}日可以申报,截止到这段时间的最后一个工作日,"
        "今天不在申报期内。"
    ),
    remedies=(
        "请先保存为草稿,等下一个申报期开始后再提交,我们会提醒您。",
        "必须在本月办理的,请到经办机构窗口咨询。",
    ),
    source="domain §8;常见问题 3.1",
    actions=(FIND_WINDOW, GO_HOME),
    reserved=True,
)

DUPLICATE_FILING = Entry(
    "SB-5002",
    409,
    prompt="该人员本月已有相同申报!",
    explain="这位员工本月已经有一笔同样的申报正在办理或已经办好,不能重复提交。",
    remedies=(
        "请点“查看申报”,看原来那一笔办到哪一步了。",
        "原来那一笔填错了且还没有受理的,请先撤回,再重新申报。",
    ),
    source="domain §8",
    actions=(VIEW_FILING,),
    reserved=True,
)

STATE_CHANGED = Entry(
    "SB-5003",
    409,
    prompt="当前状态为“{current}”,不能执行该操作!",
    explain="您打开页面以后,状态已经变了,可能是别人或另一个窗口先操作了。您刚才的操作没有生效。",
    remedies=("请刷新页面,看清最新状态后再操作。",),
    source="domain §8",
    actions=(REFRESH,),
)

BASE_CLAMPED = Entry(
    "SB-5004",
    422,
    prompt="缴费基数超出上下限,已按{limit}核定!",
    explain="缴费基数必须在本地区当年公布的下限和上限之间,您填写的数超出了这个范围。",
    remedies=(
        "同意按{limit}缴费的,请点“确认”继续提交。",
        "填错了的,请核对员工上年月平均工资后修改。",
    ),
    source="domain §8;常见问题 3.2",
    actions=(CORRECT_INPUT,),
    reserved=True,
)

HIRED_LONG_AGO = Entry(
    "SB-5005",
    422,
    prompt="用工日期超过30日!",
    explain=(
        "按社会保险法第五十八条,单位应当自用工之日起30日内为员工办理社会保险登记,"
        "这位员工已经超过30日。"
    ),
    remedies=(
        "请核对用工日期,填错了的请改正。",
        "日期没有错的,仍然可以提交,请在“原因”一栏写明为什么晚办。",
    ),
    source="domain §8;社会保险法 第五十八条",
    actions=(CORRECT_INPUT,),
    reserved=True,
)

REVIEW_OVERDUE = Entry(
    "SB-5006",
    200,
    prompt="审核时间较长,您可以催办!",
    explain="这笔申报已经超过承诺的办理时间,还没有审核完。可能是近期申报较多,您不用重新提交。",
    remedies=("请点“催办”,系统会提醒审核人员尽快处理。", "着急的,请拨打页面上的审核机构电话咨询。"),
    source="domain §8;常见问题 4.2",
    actions=(URGE, VIEW_FILING),
    reserved=True,
)

URGED_TODAY = Entry(
    "SB-5007",
    429,
    prompt="今日已催办!",
    explain="同一笔申报每个工作日可以催办一次,今天的催办已经送到审核人员那里。",
    remedies=("请等待审核人员处理,仍没有结果的,下一个工作日可以再次催办。",),
    source="domain §8",
    actions=(VIEW_FILING,),
    reserved=True,
)

CORRECTIONS_INCOMPLETE = Entry(
    "SB-5008",
    422,
    prompt="请按补正要求逐项处理后再提交!",
    explain="审核人员列出的补正要求里,还有没有处理的项目。",
    remedies=(
        "请打开补正清单,从上到下逐项修改内容或补传材料,全部处理完再提交。",
        "某一项不明白或不需要改的,请在这一项下面写明情况。",
    ),
    source="domain §8",
    actions=(VIEW_FILING,),
    reserved=True,
)

CORRECTION_LAPSED = Entry(
    "SB-5009",
    410,
    prompt="补正期限已过,申报已逾期!",
    explain="这笔申报没有在规定的日期前补正,系统已经关闭它,不能再修改。",
    remedies=("请打开原申报点“复制重报”,按补正要求改好后重新提交。",),
    source="domain §8",
    actions=(VIEW_FILING,),
    reserved=True,
)

ALREADY_CLAIMED = Entry(
    "SB-5010",
    409,
    prompt="已由审核员受理,不能撤回!",
    explain="审核员已经开始办理这笔申报,您现在不能自己撤回。",
    remedies=(
        "确实需要撤回的,请拨打页面上的审核机构电话,请审核员退回给您。",
        "不着急的,请等审核结果出来后再处理。",
    ),
    source="domain §8",
    actions=(VIEW_FILING, CONTACT_SUPPORT),
    reserved=True,
)

SUBMIT_NOT_ALLOWED = Entry(
    "SB-5011",
    403,
    prompt="您没有提交权限,仅可录入!",
    explain="法人给您的授权是“录入”,您可以填写和保存,但要由有提交权限的人提交。",
    remedies=(
        "请先保存草稿,再请单位里有提交权限的人登录后提交。",
        "需要自己提交的,请联系法人在“授权登录”里给您增加提交权限。",
    ),
    source="domain §8",
    actions=(VIEW_FILING,),
    reserved=True,
)
