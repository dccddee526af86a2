"""The watch that every test runs under sees what it is for, and nothing else."""

import logging
from pathlib import Path

import pytest

from models.errors.system import INPUT_WRONG
from server.demo.dataset import dataset
from server.demo.identifiers import phone_number, resident_number
from tests.build import an_identity
from tests.support.personal import (
    RUN,
    WATCHED,
    Watch,
    clear_values_in,
    personal_in,
    personal_logs,
)


@pytest.mark.parametrize("value", [resident_number("239900", 7), phone_number(7), "13912390012"])
def test_an_invented_number_is_seen_wherever_it_stands(value: str) -> None:
    assert personal_in(f'{{"who": "{value}"}}') == [value]
    assert personal_in(f"{value}, 3") == [value]


def test_times_ids_and_digests_are_nobodys() -> None:
    assert (
        personal_in("1795651857.55 0cc652f193000056 239900000002 01ja000000000000000000000a") == []
    )


def test_a_record_is_looked_through_with_its_facts_and_its_traceback() -> None:
    watch, logger = Watch(), logging.getLogger("tests.personal")
    logger.addHandler(watch)
    logger.propagate = False
    value = resident_number("239900", 8)
    try:
        raise ValueError(value)
    except ValueError:
        logger.exception("failed")
    logger.warning("told", extra={"who": value})
    logger.warning("told %s", value)
    logger.warning("nothing", extra={"count": 3})

    assert len(watch.seen) == 3


@pytest.mark.parametrize("name", [*WATCHED, "zhangban.endpoint", "handlers.scans"])
def test_whatever_the_product_logs_during_any_test_is_looked_through(name: str) -> None:
    value = resident_number("239900", 9)

    logging.getLogger(name).info("planted", extra={"who": value})

    assert value in RUN.take()[0]


def test_a_name_that_a_test_made_up_is_seen_as_well() -> None:
    name = an_identity("欧阳某某").name

    logging.getLogger("server").warning("planted %s", name)

    assert name in RUN.take()[0]


def test_a_refusal_that_names_somebody_is_seen_and_an_answer_to_him_is_not() -> None:
    watch, value = Watch(), phone_number(9)
    watch.answered(422, f'{{"detail": "{value}"}}'.encode())
    watch.answered(200, f'{{"phone": "{value}"}}'.encode())
    watch.answered(422, INPUT_WRONG.prompt.encode())

    assert len(watch.seen) == 1


def test_what_processes_log_is_looked_through_wherever_their_folder_is(tmp_path: Path) -> None:
    value = phone_number(10)
    for name, text in {
        "a/server.log": f"told {value}\n",
        "a/sandbox.log": f"told {value}\n",
        "b/c/worker-1.log": '{"at": "1795651857.55"}\n',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    found = list(personal_logs(tmp_path))
    # The watch of the run itself would find it too.
    (tmp_path / "a/server.log").unlink()

    assert len(found) == 1
    assert found[0].startswith("server.log")


def test_a_value_that_stands_clear_in_a_file_is_found(tmp_path: Path) -> None:
    person, file = dataset().people[0], tmp_path / "zhangban.db-wal"
    file.write_bytes(b"\x00" + person.id_no.encode() + b"\xff")

    assert clear_values_in([file]) == [person.id_no]
    assert clear_values_in([]) == []
