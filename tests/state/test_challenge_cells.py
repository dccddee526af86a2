"""Every state of a challenge × every operation × right and wrong credentials, as a written table.

ann has claimed the challenge wherever somebody has; bob is another phone. `x|y`: either will do.
"""

import pytest

from models.store.client import Store
from models.vocabulary import ChallengeStatus as S
from models.vocabulary import Role
from tests.state.challenge_intents import FAULTS, Intent
from tests.state.challenge_world import Known, World

ANN, BOB = 0, 1
STATES = "pending scanned owing waiting approved exchanged denied cancelled expired".split()
TABLE = """
operation phone fault      | pending scanned owing waiting approved exchanged denied cancelled expired
read      -     -          | ok      ok      ok    ok      ok       ok        ok     ok        ok
read      -     browser    | gone    gone    gone  gone    gone     gone      gone   gone      gone
role      -     -          | ok      stale   stale stale   stale    stale     stale  stale     stale
role      -     role       | same    stale   stale stale   stale    stale     stale  stale     stale
role      -     revision   | stale   stale   stale stale   stale    stale     stale  stale     stale
role      -     browser    | gone    gone    gone  gone    gone     gone      gone   gone      gone
pair      -     -          | stale   stale   ok    stale   stale    stale     stale  stale     stale
pair      -     digits     | stale   stale   wrong stale   stale    stale     stale  stale     stale
pair      -     browser    | gone    gone    gone  gone    gone     gone      gone   gone      gone
cancel    -     -          | ok      ok      ok    ok      ok       same      same   same      same
cancel    -     browser    | gone    gone    gone  gone    gone     gone      gone   gone      gone
exchange  -     -          | early   early   early early   ok       taken     denied cancelled expired
exchange  -     browser    | gone    gone    gone  gone    gone     gone      gone   gone      gone
scan      ann   -          | ok      same    same  same    taken    taken     denied cancelled expired
scan      ann   step       | old     old     old   old     taken    taken     denied cancelled expired
scan      ann   ahead      | old     old     old   old     taken    taken     denied cancelled expired
scan      ann   late       | old     same    same  same    taken    taken     denied cancelled expired
scan      ann   generation | role    role    role  role    taken    taken     denied cancelled expired
scan      bob   -          | ok      taken   taken taken   taken    taken     denied cancelled expired
scan      bob   step       | old     taken   taken taken   taken    taken     denied cancelled expired
scan      bob   generation | role    taken   taken taken   taken    taken     denied cancelled expired
approve   ann   -          | taken   ok      pair  taken   same     taken     denied cancelled expired
approve   ann   nonce      | taken   nonce   nonce|pair taken same  taken     denied cancelled expired
approve   ann   role       | taken   role    role|pair taken same   taken     denied cancelled expired
approve   ann   unit       | taken   ok      pair  taken   taken    taken     denied cancelled expired
approve   bob   -          | taken   taken   taken taken   taken    taken     denied cancelled expired
wait      ann   -          | taken   ok      ok    same    taken|nonce taken  denied|nonce cancelled|nonce expired|nonce
wait      ann   nonce      | taken   nonce   nonce nonce   taken|nonce taken  denied|nonce cancelled|nonce expired|nonce
wait      bob   -          | taken   taken   taken taken   taken    taken     denied cancelled expired
deny      ann   -          | taken   ok      ok    ok      ok       taken     same   cancelled expired
deny      ann   nonce      | taken   nonce   nonce nonce   ok       taken     same   cancelled expired
deny      bob   -          | taken   taken   taken taken   taken    taken     denied cancelled expired
owe       ann   -          | taken   ok      ok    taken   taken    taken     denied cancelled expired
owe       bob   -          | taken   taken   taken taken   taken    taken     denied cancelled expired
explain   ann   -          | taken   ok      ok    taken   taken    taken     denied cancelled expired
explain   bob   -          | taken   taken   taken taken   taken    taken     denied cancelled expired
granted   -     -          | taken   taken   taken ok      taken    taken     denied cancelled expired
refuse    -     -          | ok      ok      ok    ok      ok       taken     denied cancelled expired
seen      -     -          | taken   taken   taken taken   taken    taken     denied cancelled expired
seen      -     ecard      | taken   taken   taken taken   taken    taken     denied cancelled expired
assert    -     -          | taken   taken   taken taken   taken    taken     denied cancelled expired
assert    -     ecard      | taken   taken   taken taken   taken    taken     denied cancelled expired
"""
ECARD_STATES = "pending seen confirmed turned claimed".split()
ECARD_TABLE = """
operation phone fault | pending seen  confirmed turned claimed
seen      -     -     | ok      taken taken     ok     taken
seen      -     ecard | taken   taken taken     taken  taken
assert    -     -     | ok      ok    taken     ok     taken
assert    -     ecard | taken   taken taken     taken  taken
scan      ann   -     | ok      taken taken     ok     same
approve   ann   -     | taken   taken taken     taken  ok
deny      ann   -     | taken   taken taken     taken  ok
exchange  -     -     | early   early ok        early  early
cancel    -     -     | ok      ok    ok        ok     ok
"""
Row = tuple[Intent, dict[str, frozenset[str]]]


def _rows(table: str, states: list[str]) -> list[Row]:
    rows = []
    for line in table.strip().splitlines()[1:]:
        head, _, cells = line.partition("|")
        name, phone, fault = head.split()
        intent = Intent(name, {"ann": ANN, "bob": BOB}.get(phone, -1), fault.replace("-", ""))
        words = [frozenset(cell.split("|")) for cell in cells.split()]
        rows.append((intent, dict(zip(states, words, strict=True))))
    return rows


def _named(row: Row) -> str:
    intent = row[0]
    return f"{intent.name}-{intent.phone}-{intent.fault or 'right'}"


def wish(name: str, fault: str = "") -> Intent:
    return Intent(name, ANN, fault)


PATHS: dict[str, tuple[Intent, ...]] = {
    "pending": (),
    "scanned": (wish("scan"),),
    "owing": (wish("scan"), wish("owe")),
    "waiting": (wish("scan"), wish("wait")),
    "approved": (wish("scan"), wish("approve")),
    "exchanged": (wish("scan"), wish("approve"), wish("exchange")),
    "denied": (wish("scan"), wish("deny")),
    "cancelled": (wish("scan"), wish("cancel")),
    "expired": (wish("scan"),),
    "seen": (wish("seen"),),
    "confirmed": (wish("assert"),),
    "turned": (wish("role"),),
    "claimed": (wish("scan"),),
}


async def _challenge_that_is(world: World, state: str, *, ecard: bool = False) -> Known:
    known = await world.issue(len(world.known), Role.CLERK, ecard=ecard)
    for step in PATHS[state]:
        await world.play(known, [step])
    if state == "waiting":
        world.wait(12_000)
    if state == "expired":
        world.wait(90_000)
    return known


@pytest.mark.parametrize("row", _rows(TABLE, STATES), ids=_named)
async def test_each_operation_has_its_answer_in_every_state(lines: list[Store], row: Row) -> None:
    intent, expected = row
    answers: dict[str, str] = {}

    for state in STATES:
        world = World(lines)
        known = await _challenge_that_is(world, state)
        answers[state] = (await world.play(known, [intent]))[0].word

    assert {state for state in STATES if answers[state] not in expected[state]} == set(), answers


@pytest.mark.parametrize("row", _rows(ECARD_TABLE, ECARD_STATES), ids=_named)
async def test_each_operation_has_its_answer_for_a_code_of_the_ecard_platform(
    lines: list[Store], row: Row
) -> None:
    intent, expected = row
    answers: dict[str, str] = {}

    for state in ECARD_STATES:
        world = World(lines)
        known = await _challenge_that_is(world, state, ecard=True)
        answers[state] = (await world.play(known, [intent]))[0].word

    assert {state: frozenset({word}) for state, word in answers.items()} == expected


def test_the_table_has_a_row_for_every_operation_with_every_fault() -> None:
    rows = {(intent.name, intent.fault) for intent, _ in _rows(TABLE, STATES)}

    assert rows == {(name, fault) for name, faults in FAULTS.items() for fault in ("", *faults)}


async def test_the_second_wrong_pair_of_digits_ends_the_challenge(lines: list[Store]) -> None:
    world = World(lines)
    known = await _challenge_that_is(world, "owing")

    first = await world.play(known, [wish("pair", "digits")])
    second = await world.play(known, [wish("pair", "digits")])

    assert (first[0].word, second[0].word) == ("wrong", "denied")
    assert known.witness.seen.status is S.DENIED
    assert known.witness.seen.reason == "pairing"


async def test_scanning_again_gives_no_further_guesses_at_the_digits(lines: list[Store]) -> None:
    world = World(lines)
    known = await _challenge_that_is(world, "owing")
    await world.play(known, [wish("pair", "digits")])
    await world.play(known, [wish("scan")])
    await world.play(known, [wish("owe")])

    guess = await world.play(known, [wish("pair", "digits")])

    assert guess[0].word == "denied"


async def test_a_challenge_never_outlives_its_hard_deadline(lines: list[Store]) -> None:
    world = World(lines)
    known = await _challenge_that_is(world, "scanned")
    await world.play(known, [wish("wait")])
    world.wait(599_000)
    await world.play(known, [wish("granted")])
    world.wait(89_000)
    await world.play(known, [wish("wait")])
    world.wait(31_999)

    just_before = await world.play(known, [wish("granted")])
    world.wait(1)
    at_the_deadline = await world.play(known, [wish("approve")])

    assert just_before[0].word == "ok"
    assert at_the_deadline[0].word == "expired"
