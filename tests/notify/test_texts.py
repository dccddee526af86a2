"""The texts: full in the inbox, shaped for a platform, never empty, nobody's number in them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.vocabulary import Platform
from notify.texts.catalogue import TEXTS, text_of
from notify.texts.entry import GROUP_TITLES, Group
from notify.texts.templates import Templates, TemplatesWrong, read_templates
from notify.texts.wording import Words, fill, tell
from sandbox.wechat.errors import WeChatError
from sandbox.wechat.fields import check_data

DEMO = Path(__file__).parents[2] / "server" / "demo" / "templates.toml"
AT = datetime(2026, 3, 2, 7, 1, tzinfo=UTC)
FULL = {
    "unit_name": "哈尔滨某某某某某某某某某某某某科技发展有限公司",
    "item": "人员新增",
    "number": "20260302230100000001",
    "reason": "缺劳动合同,\n请补正;证件号230102199001011234不清",
    "due": "2026-03-16",
    "days": 7,
    "certificate": "哈尔滨某某公司证书 尾号00C0FE",
    "device": "Chrome 120 Windows 黑龙江哈尔滨",
}


@pytest.fixture(scope="module")
def templates() -> Templates:
    """Those of the demonstration."""
    return read_templates(DEMO.read_text(encoding="utf-8"))


@pytest.mark.parametrize("facts", [{}, FULL], ids=["bare", "full"])
@pytest.mark.parametrize("topic", TEXTS)
def test_a_text_says_something_whatever_the_event_says(
    topic: str, facts: dict[str, object]
) -> None:
    told = tell(text_of(topic), Words(facts, AT))

    assert told.title
    assert "{" not in told.title + told.body
    assert told.body.endswith("。")


@pytest.mark.parametrize("facts", [{}, FULL], ids=["bare", "full"])
@pytest.mark.parametrize("topic", TEXTS)
def test_a_push_is_taken_by_the_platform_as_it_is(
    templates: Templates, topic: str, facts: dict[str, object]
) -> None:
    text = text_of(topic)
    template = templates.of(Platform.WECHAT, text)
    assert template is not None

    fields = fill(text, template.fields, template.kinds, Words(facts, AT))

    try:
        check_data({key: {"value": value} for key, value in fields.items()}, list(template.fields))
    except WeChatError as refused:
        pytest.fail(f"{refused}: {fields}")
    assert "230102" not in str(fields)


def test_a_long_name_of_a_unit_is_whole_in_the_inbox_and_cut_on_the_phone(
    templates: Templates,
) -> None:
    text = text_of("grant.approved")
    template = templates.of(Platform.WECHAT, text)
    assert template is not None

    told, fields = (
        tell(text, Words(FULL, AT)),
        fill(text, template.fields, template.kinds, Words(FULL, AT)),
    )

    assert str(FULL["unit_name"]) in told.body
    assert fields["thing1"] == "哈尔滨某某某某某某某某某某某某科技发展…"


@pytest.mark.parametrize(
    ("name", "facts", "said"),
    [
        ("at", {}, "2026年3月2日 15:01"),
        ("at", {"at": "2026-03-16T23:30:00Z"}, "2026年3月17日 07:30"),
        ("due", {"not_after": "2026-03-16T23:30:00Z"}, "2026年3月17日"),
        ("due", {"due": "月底", "due_at": "2026-03-16"}, "月底"),
        ("due", {}, "近期"),
        ("because", {"reason": "人员离职"}, "(人员离职)"),
        ("because", {"reason": ""}, ""),
        ("item", {"item": "employee_add"}, "人员新增"),
        ("item", {"item": "unheard_of"}, "社保业务"),
        ("item", {"item": "人员新增"}, "人员新增"),
        ("days", {"days_left": 0}, "0"),
        ("days", {"days": ""}, "几"),
    ],
)
def test_a_fact_is_read_out_as_people_say_it(
    name: str, facts: dict[str, object], said: str
) -> None:
    assert Words(facts, AT).spoken(name) == said


def test_every_group_has_a_title_and_a_text() -> None:
    assert set(GROUP_TITLES) == set(Group) == {text.group for text in TEXTS.values()}


def test_of_several_versions_the_highest_is_used_and_the_others_are_still_known() -> None:
    read = read_templates(
        '[[wechat]]\nkey = "filing_due"\nid = "new"\nversion = 2\nfields = {thing1 = "item"}\n'
        '[[wechat]]\nkey = "filing_due"\nid = "old"\nfields = {thing4 = "item"}\n'
    )

    used = read.of(Platform.WECHAT, text_of("filing.window_closing"))
    assert used is not None
    assert (used.id, used.version) == ("new", 2)
    old = read.by_id(Platform.WECHAT, "old")
    assert old is not None
    assert old.version == 1


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("[[wechat]]\nkey='filing_due'\nid='a'\nfields={thing='item'}", "no such field"),
        ("[[wechat]]\nkey='filing_status'\nid='a'\nfields={phrase1='note'}", "phrase1 of filing"),
        ("[[wechat]]\nkey='other'\nid='a'\nfields={thing1='item'}", "Invalid enum value 'other'"),
        ("[[wechat]]\nkey='filing_due'\nid=''\nfields={thing1='item'}", "needs an id"),
        ("[[wechat]]\nkey='filing_due'\nid='a'\nfields={thing1='item'}\n" * 2, "stands twice"),
        ("[[wechat]\n", "Expected"),
        ("[[sms]]\n", "unknown field"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_is_wrong(file: str, fault: str) -> None:
    with pytest.raises(TemplatesWrong, match=fault):
        read_templates(file)
