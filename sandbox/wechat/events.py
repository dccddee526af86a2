"""WeChat's three subscribe events, worded in XML and in JSON (platforms §1.4)."""

from dataclasses import dataclass

from sandbox.credentials import WECHAT

# Name of the event → the element that wraps its list, in XML only.
WRAPPERS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event. items: one per template, fields in the platform's own names, all texts."""

    name: str
    openid: str
    created_at: int
    items: tuple[dict[str, str], ...]


def popup(openid: str, template_id: str, *, accept: bool, at: int) -> Event:
    """The user answered the prompt."""
    status = "accept" if accept else "reject"
    item = {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}
    return Event("subscribe_msg_popup_event", openid, at, (item,))


def changed(openid: str, template_id: str, *, at: int) -> Event:
    """The user switched a template off in the settings."""
    item = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
    return Event("subscribe_msg_change_event", openid, at, (item,))


def sent(openid: str, template_id: str, msgid: int, *, at: int) -> Event:
    """A message was delivered."""
    item = {
        "TemplateId": template_id,
        "MsgID": str(msgid),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    return Event("subscribe_msg_sent_event", openid, at, (item,))


def as_json(event: Event) -> dict[str, object]:
    """`List`: an object for one item, an array for several; no wrapper; CreateTime is a number."""
    items: object = event.items[0] if len(event.items) == 1 else list(event.items)
    return {
        "ToUserName": WECHAT.original_id,
        "FromUserName": event.openid,
        "CreateTime": event.created_at,
        "MsgType": "event",
        "Event": event.name,
        "List": items,
    }


def as_xml(event: Event) -> str:
    """`List` repeats inside the event's own wrapper."""
    wrapper = WRAPPERS[event.name]
    lists = "".join(
        "<List>" + "".join(_element(name, value) for name, value in item.items()) + "</List>"
        for item in event.items
    )
    head = (
        _element("ToUserName", WECHAT.original_id)
        + _element("FromUserName", event.openid)
        + f"<CreateTime>{event.created_at}</CreateTime>"
        + _element("MsgType", "event")
        + _element("Event", event.name)
    )
    return f"<xml>{head}<{wrapper}>{lists}</{wrapper}></xml>"


def _element(name: str, value: str) -> str:
    text = value if value.isdecimal() else f"<![CDATA[{value}]]>"
    return f"<{name}>{text}</{name}>"
