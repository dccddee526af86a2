"""What is told of filings 申报 (domain §7.1)."""

from collections.abc import Mapping
from datetime import timedelta

from notify.texts.entry import Group, Place, Slot, TemplateKey, Text


def _told(title: str, body: str, status: str, note: str = "{note}", **more: object) -> Text:
    slots = {Slot.ITEM: "{item}", Slot.STATUS: status, Slot.AT: "{at}", Slot.NOTE: note}
    slots |= {Slot.NUMBER: "{number}", Slot.UNIT: "{unit}"}
    return Text(
        title,
        body,
        Group.FILING,
        Place.FILINGS,
        TemplateKey.FILING_STATUS,
        slots,
        **more,  # type: ignore[arg-type]
    )


TEXTS: Mapping[str, Text] = {
    "filing.submitted": _told(
        "{item}已提交",
        "{unit}的{item}(受理号{number})已提交,等待经办机构审核。审核结果会在这里通知您。",
        "已提交",
        "等待经办机构审核",
        priority=2,
        lives=timedelta(hours=24),
    ),
    "filing.correction": _told(
        "{item}需要补正",
        "{unit}的{item}(受理号{number})需要补正:{reason}。请打开这笔业务,按要求修改后重新提交。",
        "待补正",
        priority=0,
        spare=timedelta(hours=24),
    ),
    "filing.offline_confirm": _told(
        "{item}需到窗口确认",
        "{unit}的{item}(受理号{number})需要带材料到参保机构窗口确认。请打开这笔业务,查看地址、"
        "办公时间和要带的材料。",
        "待确认",
        "请带材料到窗口确认",
        priority=0,
        spare=timedelta(hours=24),
    ),
    "filing.approved": _told(
        "{item}审核通过",
        "{unit}的{item}(受理号{number})已审核通过。",
        "审核通过",
    ),
    "filing.rejected": _told(
        "{item}未通过",
        "{unit}的{item}(受理号{number})未通过:{reason}。请打开这笔业务查看原因,可以修改后重新申报。",
        "未通过",
    ),
    "filing.completed": _told(
        "{item}已办结",
        "{unit}的{item}(受理号{number})已办结。可以打开这笔业务查看办理结果。",
        "已办结",
        "可登录查看办理结果",
    ),
    "filing.sync_failed": _told(
        "{item}办理失败",
        "{unit}的{item}(受理号{number})没有写入业务系统。您不用重新提交,工作人员会处理;"
        "着急的请联系参保机构。",
        "办理失败",
        "工作人员会处理,不用重报",
    ),
    "filing.overdue": _told(
        "{item}仍在审核",
        "{unit}的{item}(受理号{number})已超过承诺时限,仍在审核。您可以打开这笔业务点“催办”。",
        "仍在审核",
        "已超过时限,可以催办",
        priority=2,
    ),
    "filing.withdrawn": _told(
        "{item}已撤回",
        "{unit}的{item}(受理号{number})已撤回,内容保存在草稿里。",
        "已撤回",
        "内容保存在草稿里",
        priority=2,
    ),
    "filing.expired": _told(
        "{item}已逾期",
        "{unit}的{item}(受理号{number})没有在期限内补正,已经结束。仍要办理的请重新申报。",
        "已逾期",
        "未按期补正,请重新申报",
    ),
    "filing.voided": _told(
        "{item}已作废",
        "{unit}的{item}(受理号{number})已作废:{reason}。有疑问的请联系参保机构。",
        "已作废",
    ),
    "filing.window_closing": Text(
        "{item}即将截止",
        "{unit}的{item}申报截止日为{due}。还没有申报的,请在截止前提交。",
        Group.FILING,
        Place.MATTERS,
        TemplateKey.FILING_DUE,
        {Slot.ITEM: "{item}", Slot.DUE: "{due}", Slot.NOTE: "请在截止前提交申报"},
        lives=timedelta(days=3),
    ),
}
