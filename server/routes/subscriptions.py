"""Routes of subscriptions and preferences (contract §10)."""

from sanic import HTTPResponse

from handlers import preferences, subscriptions
from handlers.subscriptions import Answered
from models.errors.entry import FieldError
from models.errors.login import SESSION_ENDED
from models.errors.system import CSRF_FAILED, FORBIDDEN, INPUT_WRONG
from models.vocabulary import Platform
from notify.texts.templates import Templates
from server.call import Call
from server.operation import Routes
from server.policy import PERSON, SIGNED_IN
from server.routes.answers import as_json
from server.wire import message_bodies as bodies
from server.wire import message_shapes as shapes
from server.wire import message_views as views

routes = Routes("subscriptions", "/api/v1")


@routes.add(
    "GET",
    "/subscriptions",
    SIGNED_IN,
    answers={200: shapes.SubscriptionPage},
    refuses=[SESSION_ENDED],
)
async def list_subscriptions(call: Call) -> HTTPResponse:
    """Templates and remaining credits per platform; which of them to ask for."""
    return as_json(await _subscriptions(call))


@routes.add(
    "POST",
    "/subscriptions",
    PERSON,
    body=bodies.PromptBody,
    answers={200: shapes.SubscriptionPage},
    refuses=[SESSION_ENDED, FORBIDDEN, INPUT_WRONG],
    example={
        "results": {"sandbox-filing-status": "accept"},
        "prompt_id": "01ja000000000000000000000a",
    },
)
async def record_prompt(call: Call, body: bodies.PromptBody) -> HTTPResponse:
    """Record what the person answered to the platform's prompt, once per prompt_id."""
    templates = call.context.settings.templates
    known = {each.id: each for each in templates.known.values()}
    for template in body.results:
        if template not in known:
            raise INPUT_WRONG.refuse(errors=[FieldError("/results", "没有这个消息模板")])
    await subscriptions.record_prompt(
        call.signed_in.account_id,
        body.prompt_id,
        {template: Answered(answer) for template, answer in body.results.items()},
        {template for template in body.results if known[template].long_term},
        now=call.now,
    )
    return as_json(await _subscriptions(call))


async def _subscriptions(call: Call) -> shapes.SubscriptionPage:
    person_id = call.actor.person_id
    accounts = await subscriptions.accounts_of(person_id)
    mine = call.signed_in.account_id
    # A phone asks for what its own platform can be asked for.
    seen = [each for each in accounts if not mine or each.id == mine]
    rows = await subscriptions.list_subscriptions(person_id)
    return views.subscriptions(call.context.settings.templates, seen, rows)


def long_term(templates: Templates, platform: Platform) -> set[str]:
    """Ids of the templates of which one consent is for ever."""
    return {
        each.id for each in templates.known.values() if each.platform is platform and each.long_term
    }


@routes.add(
    "GET",
    "/preferences",
    SIGNED_IN,
    answers={200: shapes.ShownPreferences},
    refuses=[SESSION_ENDED],
)
async def read_preferences(call: Call) -> HTTPResponse:
    """Channels per group of topics, and quiet hours."""
    wishes = await preferences.wishes_of(call.actor.person_id)
    return as_json(views.preferences(wishes, call.context.channels))


@routes.add(
    "PUT",
    "/preferences",
    SIGNED_IN,
    body=bodies.PreferencesBody,
    answers={200: shapes.ShownPreferences},
    refuses=[SESSION_ENDED, CSRF_FAILED],
    example={
        "channels": {"filing": {"wechat": True, "sms": False}},
        "quiet_hours": {"starts": "22:00", "ends": "08:00"},
    },
)
async def write_preferences(call: Call, body: bodies.PreferencesBody) -> HTTPResponse:
    """Replace the choices."""
    wishes = await preferences.choose(
        call.actor.person_id,
        views.chosen(body),
        views.quiet_minutes(body.quiet_hours),
        now=call.now,
    )
    return as_json(views.preferences(wishes, call.context.channels))
