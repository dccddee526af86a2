"""What can go wrong with the messages we push (SB-7001 and 7002)."""

from models.errors.entry import Entry
from models.errors.steps import CONTACT_SUPPORT, SUBSCRIBE

NOT_SUBSCRIBED = Entry(
    "SB-7001",
    200,
    prompt="您未开启消息提醒,可能错过办理进度!",
    explain="您没有同意接收提醒,或者同意的次数已经用完,微信、支付宝不允许我们再给您发消息。",
    remedies=(
        "请点“开启消息提醒”,在弹出的窗口里选“允许”。",
        "不想开启的,请常到小程序的“消息”里查看,所有通知都在那里。",
    ),
    source="domain §8",
    actions=(SUBSCRIBE,),
    reserved=True,
)

MESSAGE_REJECTED = Entry(
    "SB-7002",
    502,
    prompt="消息发送失败",
    explain="消息平台没有接受这条消息,字段{field}不符合模板要求。此代码只给运维人员看,不影响业务办理。",
    remedies=(
        "运维人员请按字段名修改消息模板的内容,再重新发送。",
        "用户不用操作,这条通知在小程序的“消息”里可以看到。",
    ),
    source="domain §8(仅供运维,不作为接口应答)",
    actions=(CONTACT_SUPPORT,),
    reserved=True,
)
