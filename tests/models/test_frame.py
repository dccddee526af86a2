"""The text in the QR: 32 characters that name a challenge and a moment, on our own link only."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.frame import GENERATIONS, TOKEN_LENGTH, FrameClaim, Frames, step_at
from models.sealed import Vault
from models.store.challenge import new_cid

SITE = "https://sb.example.cn"
FRAMES = Frames(Vault(b"m" * 32), SITE)
CID = "AbCdEfGh-_012345"
TOKEN = FRAMES.token(CID, 0, 7)
URL = FRAMES.url(TOKEN)
ALPHABET = set(string.ascii_letters + string.digits + "-_")


def test_a_frame_reads_back_as_what_was_put_in() -> None:
    assert FRAMES.read(URL) == FrameClaim(CID, 0, 7)


@given(st.integers(0, GENERATIONS - 1), st.integers(0, 144))
@settings(max_examples=200, deadline=None)
def test_every_frame_of_a_challenges_life_is_32_characters_of_the_alphabet(
    generation: int, step: int
) -> None:
    cid = new_cid()

    token = FRAMES.token(cid, generation, step)

    assert len(token) == TOKEN_LENGTH == 32
    assert set(token) <= ALPHABET
    assert FRAMES.read(FRAMES.url(token)) == FrameClaim(cid, generation, step)


def test_frames_of_another_step_generation_or_challenge_all_differ() -> None:
    tokens = {
        FRAMES.token(cid, generation, step)
        for cid in (CID, CID[::-1])
        for generation in range(GENERATIONS)
        for step in range(144)
    }

    assert len(tokens) == 2 * GENERATIONS * 144


def test_a_key_generation_beyond_the_last_is_not_read() -> None:
    assert FRAMES.read(FRAMES.url(FRAMES.token(CID, GENERATIONS, 7))) is None


@pytest.mark.parametrize("place", range(TOKEN_LENGTH))
def test_no_single_character_of_a_token_can_be_changed(place: int) -> None:
    for character in "AZaz09-_1":
        if character != TOKEN[place]:
            forged = TOKEN[:place] + character + TOKEN[place + 1 :]
            assert FRAMES.read(FRAMES.url(forged)) is None


def test_a_mac_is_not_taken_from_another_step_or_challenge() -> None:
    other = FRAMES.token(CID, 0, 8)

    assert FRAMES.read(FRAMES.url(TOKEN[:20] + other[20:])) is None
    assert FRAMES.read(FRAMES.url(TOKEN[:1] + CID[::-1] + TOKEN[17:])) is None


def test_another_installation_with_another_key_does_not_read_our_frames() -> None:
    assert Frames(Vault(b"n" * 32), SITE).read(URL) is None


def test_another_suite_makes_other_frames() -> None:
    chinese = Frames(Vault(b"m" * 32, "sm"), SITE)

    assert chinese.read(URL) is None
    assert chinese.read(chinese.url(chinese.token(CID, 3, 9))) == FrameClaim(CID, 3, 9)


TRICKS = {
    "plain http": f"http://sb.example.cn/l/{TOKEN}",
    "another host": f"https://sb.example.com/l/{TOKEN}",
    "our host as a subdomain of theirs": f"https://sb.example.cn.evil.cn/l/{TOKEN}",
    "their host ends like ours": f"https://evilsb.example.cn/l/{TOKEN}",
    "our host as userinfo": f"https://sb.example.cn@evil.cn/l/{TOKEN}",
    "userinfo before our host": f"https://evil.cn@sb.example.cn/l/{TOKEN}",
    "userinfo with our path": f"https://sb.example.cn/l/{TOKEN}@evil.cn/",
    "the default port": f"https://sb.example.cn:443/l/{TOKEN}",
    "another port": f"https://sb.example.cn:8443/l/{TOKEN}",
    "an empty port": f"https://sb.example.cn:/l/{TOKEN}",
    "a trailing dot": f"https://sb.example.cn./l/{TOKEN}",
    "capitals in the scheme": f"HTTPS://sb.example.cn/l/{TOKEN}",
    "capitals in the host": f"https://SB.example.cn/l/{TOKEN}",
    "another path": f"https://sb.example.cn/login/{TOKEN}",
    "a path above": f"https://sb.example.cn/l/../l/{TOKEN}",
    "a path twice": f"https://sb.example.cn/l//{TOKEN}",
    "a path parameter": f"https://sb.example.cn/l/{TOKEN};a",
    "a backslash": f"https://sb.example.cn\\l\\{TOKEN}",
    "a query": f"{URL}?x=1",
    "an empty query": f"{URL}?",
    "a fragment": f"{URL}#x",
    "an empty fragment": f"{URL}#",
    "a trailing slash": f"{URL}/",
    "percent-encoded": URL.replace("-", "%2D"),
    "percent-encoded slash": f"https://sb.example.cn/l%2F{TOKEN}",
    "a newline after": f"{URL}\n",
    "a space before": f" {URL}",
    "a newline inside": f"https://sb.example.cn/l/{TOKEN[:9]}\n{TOKEN[9:]}",
    "a tab in the host": f"https://sb.exam\tple.cn/l/{TOKEN}",
    "a NUL": f"{URL}\0",
    "another link before": f"https://evil.cn/ {URL}",
    "another link after": f"{URL} https://evil.cn/",
    "the token alone": TOKEN,
    "a link without a scheme": f"//sb.example.cn/l/{TOKEN}",
    "javascript": f"javascript:location='{URL}'",
    "one character short": URL[:-1],
    "one character long": f"{URL}A",
    "no token": f"{SITE}/l/",
    "nothing": "",
    "another version": f"{SITE}/l/2{TOKEN[1:]}",
    "letters for a step": f"{SITE}/l/{TOKEN[:17]}abc{TOKEN[20:]}",
    "a negative step": f"{SITE}/l/{TOKEN[:17]}-07{TOKEN[20:]}",
    "Arabic digits": f"{SITE}/l/{TOKEN[:17]}\u0660\u0660\u0667{TOKEN[20:]}",
    "full-width digits": f"{SITE}/l/{TOKEN[:17]}\uff10\uff10\uff17{TOKEN[20:]}",
    "a Cyrillic letter in the host": f"https://sb.ex\u0430mple.cn/l/{TOKEN}",
    "a full-width dot in the host": f"https://sb.example\uff0ecn/l/{TOKEN}",
    "a zero-width space": f"{URL}\u200b",
    "right-to-left override": f"\u202e{URL}",
    "an ideographic space": f"{URL}\u3000",
    "a kilobyte more": URL + "A" * 1024,
}


@pytest.mark.parametrize("trick", TRICKS)
def test_only_our_own_link_to_the_letter_is_read(trick: str) -> None:
    assert TRICKS[trick] != URL
    assert FRAMES.read(TRICKS[trick]) is None


@pytest.mark.parametrize("length", range(len(URL)))
def test_a_link_that_was_cut_off_is_not_read(length: int) -> None:
    assert FRAMES.read(URL[:length]) is None


@given(st.text(max_size=120))
@settings(max_examples=300, deadline=None)
def test_whatever_else_a_camera_reads_is_refused_without_an_error(text: str) -> None:
    assert FRAMES.read(text) is None
    assert FRAMES.read(FRAMES.link + text) is None


@given(st.text(alphabet=sorted(ALPHABET), min_size=32, max_size=32))
@settings(max_examples=300, deadline=None)
def test_a_made_up_token_of_the_right_shape_is_refused(token: str) -> None:
    assert FRAMES.read(FRAMES.url(token)) is None


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "https://a.cn:8443", f"{SITE}/"])
def test_a_site_reads_the_links_it_makes_itself(public_url: str) -> None:
    frames = Frames(Vault(b"m" * 32), public_url)

    assert frames.read(frames.url(frames.token(CID, 1, 2))) == FrameClaim(CID, 1, 2)
    assert frames.read(frames.link.replace(".", "x") + frames.token(CID, 1, 2)) is None


@pytest.mark.parametrize(
    ("age_ms", "step"), [(-1, 0), (0, 0), (4_999, 0), (5_000, 1), (719_999, 143)]
)
def test_a_challenge_is_in_a_step_for_five_seconds(age_ms: int, step: int) -> None:
    assert step_at(1_800_000_000_000, 1_800_000_000_000 + age_ms) == step
