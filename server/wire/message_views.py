"""How messages, credits and choices become what clients get."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import msgspec

from handlers.menus import MENUS
from handlers.preferences import Wishes
from models.inbox import InboxMessage, ListedMessage
from models.person import PlatformAccount
from models.subscription import Subscription
from models.vocabulary import DeliveryChannel, Role, SubscriptionMode
from notify.texts.catalogue import TEXTS, text_of
from notify.texts.entry import GROUP_TITLES, TEMPLATE_TITLES, Group, Place
from notify.texts.templates import Template, Templates
from notify.texts.wording import Words, tell
from server.moments import moment
from server.wire import message_bodies as bodies
from server.wire import message_shapes as shapes

MOST_ASKED = 3
"""Templates that a platform's prompt takes at once."""

_MENU_OF = {
    Place.UNITS: ("home",),
    Place.REGISTRATION: ("home",),
    Place.GRANTS: ("grants", "own_grants"),
}
"""Under which entry of a menu a place is found, where the names differ; one for each role."""


def message(row: InboxMessage | ListedMessage, role: Role | None) -> shapes.ShownMessage:
    """A message, worded for people. role: whose menu the link is taken from."""
    facts, text = msgspec.json.decode(row.facts), text_of(row.topic)
    told = tell(text, Words(facts, row.created_at))
    unit_name = facts.get("unit_name")
    return shapes.ShownMessage(
        id=row.id,
        topic=row.topic,
        group=text.group,
        title=told.title,
        body=told.body,
        urgent=text.priority == 0,
        unit=shapes.MessageUnit(row.unit_id, str(unit_name or "")) if row.unit_id else None,
        link=shapes.MessageLink(text.place, row.subject, _url(text.place, role)),
        created_at=moment(row.created_at) or "",
        read_at=moment(row.read_at),
    )


@cache
def _url(place: Place, role: Role | None) -> str | None:
    wanted = _MENU_OF.get(place, (place.value,))
    entries = MENUS.get(role or Role.CLERK, ())
    return next((entry.url for entry in entries if entry.key in wanted), None)


def subscriptions(
    templates: Templates, accounts: Sequence[PlatformAccount], rows: Iterable[Subscription]
) -> shapes.SubscriptionPage:
    """Every template of the platforms where the person has an account, used up ones first."""
    newest: dict[str, PlatformAccount] = {}
    for account in accounts:
        newest.setdefault(account.platform, account)
    held = {(row.account_id, row.template): row for row in rows}
    found = [
        (template, held.get((newest[platform].id, template.id)))
        for (platform, _), template in templates.current.items()
        if platform in newest
    ]
    # What was never refused is asked for first, and what was accepted longest ago before that.
    found.sort(key=lambda each: (_left(*each) is not False, _refused(each[1]), each[0].key))
    asked: dict[str, int] = {}
    return shapes.SubscriptionPage([_subscription(*each, asked) for each in found], None)


def _left(template: Template, row: Subscription | None) -> int | bool | None:
    """None: any number; False: none; otherwise how many."""
    if row is not None and row.mode is SubscriptionMode.LONG:
        return None
    return row.remaining if row is not None and row.remaining > 0 else False


def _refused(row: Subscription | None) -> bool:
    return row is not None and row.refused_at is not None


def _subscription(
    template: Template, row: Subscription | None, asked: dict[str, int]
) -> shapes.ShownSubscription:
    left = _left(template, row)
    # WeChat takes no prompt that mixes both kinds, so those for ever are asked for by themselves.
    kind = f"{template.platform}:{template.long_term}"
    ask = left is False and asked.get(kind, 0) < MOST_ASKED
    asked[kind] = asked.get(kind, 0) + ask
    return shapes.ShownSubscription(
        platform=template.platform,
        template_id=template.id,
        key=template.key.value,
        title=TEMPLATE_TITLES[template.key],
        mode=SubscriptionMode.LONG if template.long_term else SubscriptionMode.ONCE,
        remaining=None if left is None else int(left),
        ask=ask,
    )


LOCKED = frozenset(
    group for group in Group if any(t.mandatory for t in TEXTS.values() if t.group is group)
)
"""Groups of which some texts are told whatever was chosen."""


def preferences(wishes: Wishes, channels: Iterable[DeliveryChannel]) -> shapes.ShownPreferences:
    """The choices of a person. channels: those that this installation has."""
    listed = sorted(channels)
    groups = [
        shapes.GroupPreference(
            group,
            GROUP_TITLES[group],
            group in LOCKED,
            {channel: (group.value, channel) not in wishes.off for channel in listed},
        )
        for group in Group
    ]
    quiet = wishes.quiet
    hours = shapes.QuietHours(*map(_clock, quiet)) if quiet else None
    return shapes.ShownPreferences(groups, hours)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def quiet_minutes(body: bodies.QuietBody | None) -> tuple[int, int] | None:
    """Quiet hours as they are kept."""
    return None if body is None else (_minute(body.starts), _minute(body.ends))


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def chosen(
    body: bodies.PreferencesBody,
) -> Mapping[str, Mapping[DeliveryChannel, bool]]:
    """Choices by group, as they are kept."""
    return {group.value: wanted for group, wanted in body.channels.items()}
