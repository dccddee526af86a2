"""T-RELAY-IMG and T-RELAY-LIVE: somebody shows the victim a QR that belongs to another desk."""

import asyncio

import pytest

from tests.attacks.play import ABROAD, HOME, approved, report, scanned
from tests.live import Live

ALBUM_SCENES = (1012, 1013, 1048, 1049)
CHAT_CARDS = (1007, 1008)


@pytest.mark.parametrize("scene", ALBUM_SCENES)
@pytest.mark.parametrize("source", ["link", "scanner"])
async def test_row_1_a_code_from_the_album_or_a_long_press_claims_nothing(
    arena: Live, scene: int, source: str
) -> None:
    desk, phone = arena.desk(), await arena.phone("P3")
    await desk.issue("clerk")

    answer = await phone.scan(desk, scene=scene, source=source)

    assert (answer.status, answer.code) == (403, "SB-2112")
    assert (await desk.look())["status"] == "pending"


@pytest.mark.parametrize("scene", CHAT_CARDS)
async def test_row_1_a_card_forwarded_in_a_chat_claims_nothing(arena: Live, scene: int) -> None:
    desk, phone = arena.desk(), await arena.phone("P3")
    await desk.issue("clerk")

    assert (await phone.scan(desk, scene=scene, source="link")).code == "SB-2112"
    assert (await desk.look())["status"] == "pending"


async def test_row_1_a_picture_of_the_code_is_worthless_a_quarter_of_a_minute_later(
    arena: Live,
) -> None:
    desk, phone = arena.desk(), await arena.phone("P3")
    picture = (await desk.issue("clerk"))["url"]
    await asyncio.sleep(15.2)

    stale = await report(phone, picture)
    told_earlier = await report(phone, picture, source="link", scancode_time=1)
    fresh = await report(phone, (await desk.look())["url"])

    assert (stale.status, stale.code) == (410, "SB-2103")
    assert told_earlier.code == "SB-2103"
    assert fresh.status == 200


async def test_row_2_a_desk_far_from_the_phone_must_prove_that_the_victim_sits_at_it(
    arena: Live,
) -> None:
    await arena.sign_in("P3", address=HOME)
    thief, victim = arena.desk(ABROAD), await arena.phone("P3", address=HOME)
    await thief.issue("clerk")

    card = (await victim.scan(thief)).good()
    refused = await victim.approve(card, card["units"][0]["id"])
    mirrored = await thief.look()

    assert card["context"]["ip_place"] == f"广东深圳 {ABROAD}"
    assert card["context"]["same_place"] is False
    assert (refused.status, refused.code) == (409, "SB-2113")
    assert mirrored["pair_required"] is True
    assert f'"{card["pair_code"]}"' not in str(mirrored)


async def test_row_2_the_thief_has_two_guesses_at_the_digits_and_no_more(arena: Live) -> None:
    await arena.sign_in("P3", address=HOME)
    thief, victim = arena.desk(ABROAD), await arena.phone("P3", address=HOME)
    await thief.issue("clerk")
    card = (await victim.scan(thief)).good()
    wrong = [f"{n:02d}" for n in range(100) if f"{n:02d}" != card["pair_code"]]

    guesses = await asyncio.gather(*(thief.pair(digits) for digits in wrong))
    too_late = await thief.pair(card["pair_code"])

    codes = sorted(guess.code for guess in guesses)
    assert codes.count("SB-2119") == 1
    assert codes.count("SB-2106") == 1
    assert set(codes) <= {"SB-2119", "SB-2106", "SB-5003"}
    assert too_late.status == 409
    assert (await thief.look())["status"] == "denied"
    assert (await victim.approve(card, card["units"][0]["id"])).code == "SB-2106"


async def test_row_2_scanning_again_does_not_give_the_thief_further_guesses(arena: Live) -> None:
    await arena.sign_in("P3", address=HOME)
    thief, victim = arena.desk(ABROAD), await arena.phone("P3", address=HOME)
    await thief.issue("clerk")
    first = (await victim.scan(thief)).good()
    await thief.pair(_other_than(first["pair_code"]))

    second = (await victim.scan(thief)).good()
    guess = await thief.pair(_other_than(second["pair_code"]))

    assert (guess.status, guess.code) == (403, "SB-2106")


def _other_than(digits: str) -> str:
    return f"{(int(digits) + 1) % 100:02d}"


async def test_row_5_the_desk_sees_who_scanned_before_anything_is_approved(arena: Live) -> None:
    desk, stranger, card = await scanned(arena, "P3")

    seen = await desk.look()
    given_up = await desk.delete(desk.path)
    approval = await stranger.approve(card)

    name = seen["scanned_by"]
    assert seen["status"] == "scanned"
    assert len(name) >= 2
    assert set(name[1:]) == {"*"}
    assert given_up.status == 204
    assert (approval.status, approval.code) == (410, "SB-2103")
    assert (await desk.post(f"{desk.path}/exchange")).status == 410


async def test_row_5_after_logging_in_the_page_says_who_is_signed_in(arena: Live) -> None:
    desk, _ = await approved(arena, "P3")

    person = (await desk.exchange())["session"]["person"]

    assert person["name"]
    assert person["id_no_masked"].startswith("2399**")


async def test_row_10_the_card_to_confirm_says_where_what_and_for_whom(arena: Live) -> None:
    _, _, card = await scanned(arena, "P4")

    context = card["context"]
    assert context["site"] == arena.url.partition("://")[2]
    assert card["caption"] == "办事员扫码登录"
    assert all(context[name] for name in ("browser", "os", "ip_place", "at"))
    assert all(unit["name"] and unit["relations"] for unit in card["units"])


async def test_row_16_a_code_that_was_given_up_or_superseded_is_dead(arena: Live) -> None:
    desk, phone = arena.desk(), await arena.phone("P3")
    first = (await desk.issue("clerk"))["url"]
    for _ in range(5):
        await desk.issue("clerk")

    superseded = await report(phone, first)
    await desk.delete(desk.path)
    given_up = await phone.scan(desk)

    assert (superseded.code, given_up.code) == ("SB-2103", "SB-2103")
