"""Every state of a challenge × every operation × right and wrong credentials: see cells.txt.

ann has claimed the challenge wherever somebody has; bob is another phone. `x/y`: either will do.
The second table is for challenges that show the e-card platform's own code.
"""

from pathlib import Path

import pytest

from models.store.client import Store
from models.vocabulary import ChallengeStatus as S
from models.vocabulary import Role
from tests.state.challenge_intents import FAULTS, Intent
from tests.state.challenge_world import Known, World

ANN, BOB = 0, 1
Row = tuple[Intent, dict[str, frozenset[str]]]


def _tables() -> list[list[Row]]:
    text = Path(__file__).with_name("cells.txt").read_text("utf-8")
    return [_rows(*table.splitlines()) for table in text.strip().split("\n\n")]


def _rows(head: str, *lines: str) -> list[Row]:
    states = head.partition("|")[2].split()
    rows = []
    for line in lines:
        asked, _, cells = line.partition("|")
        name, phone, fault = asked.split()
        intent = Intent(name, {"ann": ANN, "bob": BOB}.get(phone, -1), fault.replace("-", ""))
        words = [frozenset(cell.split("/")) for cell in cells.split()]
        rows.append((intent, dict(zip(states, words, strict=True))))
    return rows


def _named(row: Row) -> str:
    intent = row[0]
    return f"{intent.name}-{intent.phone}-{intent.fault or 'right'}"


ROWS, ECARD_ROWS = _tables()


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


@pytest.mark.parametrize("row", ROWS, ids=_named)
async def test_each_operation_has_its_answer_in_every_state(lines: list[Store], row: Row) -> None:
    intent, expected = row
    answers: dict[str, str] = {}

    for state in expected:
        world = World(lines)
        known = await _challenge_that_is(world, state)
        answers[state] = (await world.play(known, [intent]))[0].word

    assert all(answers[state] in words for state, words in expected.items()), answers


@pytest.mark.parametrize("row", ECARD_ROWS, ids=_named)
async def test_each_operation_has_its_answer_for_a_code_of_the_ecard_platform(
    lines: list[Store], row: Row
) -> None:
    intent, expected = row
    answers: dict[str, str] = {}

    for state in expected:
        world = World(lines)
        known = await _challenge_that_is(world, state, ecard=True)
        answers[state] = (await world.play(known, [intent]))[0].word

    assert {state: frozenset({word}) for state, word in answers.items()} == expected


def test_the_table_has_a_row_for_every_operation_with_every_fault() -> None:
    rows = {(intent.name, intent.fault) for intent, _ in ROWS}

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
