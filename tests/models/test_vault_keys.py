"""Blind indexes, keys for a purpose and macs: equal where they must be, unrelated elsewhere."""

import pytest

from models.sealed import Suite, Vault

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
VAULTS = {suite: Vault(OLD, suite) for suite in Suite}
OTHERS = {suite: Vault(NEW, suite) for suite in Suite}


def test_the_blind_index_is_the_same_for_the_same_value_and_for_nothing_else() -> None:
    vault = VAULTS[Suite.INTL]
    index = vault.index("01", "239900196905180577")

    assert index == Vault(OLD).index("01", "239900196905180577")
    assert len(bytes.fromhex(index)) == 20
    others = [
        vault.index("04", "239900196905180577"),
        vault.index("01239900196905180577"),
        vault.index("0123", "9900196905180577"),
        VAULTS[Suite.SM].index("01", "239900196905180577"),
        OTHERS[Suite.INTL].index("01", "239900196905180577"),
    ]
    assert len({index, *others}) == 6


@pytest.mark.parametrize("parts", [(), ("01", "a\x1fb")])
def test_parts_that_could_be_read_two_ways_are_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"U\+001F"):
        VAULTS[Suite.INTL].index(*parts)


def test_a_row_indexed_before_a_rotation_or_change_of_suite_is_still_found() -> None:
    after = Vault(NEW, Suite.SM, kid=2, older=[(1, OLD)])

    candidates = after.index_candidates("01", "239900196905180577")

    assert candidates[0] == after.index("01", "239900196905180577")
    assert Vault(OLD, Suite.INTL, kid=1).index("01", "239900196905180577") in candidates
    assert len(set(candidates)) == len(candidates) == 4


@pytest.mark.parametrize("suite", Suite)
def test_each_purpose_has_a_key_of_its_own(suite: Suite) -> None:
    vault = VAULTS[suite]
    keys = {vault.key(purpose) for purpose in ("qr-frame", "csrf", "index", "field", "")}
    keys |= {OTHERS[suite].key("qr-frame"), OLD, NEW}

    assert len(keys) == 8
    assert {len(key) for key in keys} == {32}
    assert vault.key("qr-frame") == Vault(OLD, suite).key("qr-frame")
    assert bytes.fromhex(vault.index("x")) != vault.mac("index", b"x")[:20]


@pytest.mark.parametrize("suite", Suite)
def test_a_mac_depends_on_its_message_purpose_and_key(suite: Suite) -> None:
    vault = Vault(NEW, suite, kid=2, older=[(1, OLD)])
    tag = vault.mac("audit", b"message")

    assert len(tag) == 32
    assert tag == vault.mac("audit", b"message")
    assert tag != vault.mac("audit", b"message!")
    assert tag != vault.mac("csrf", b"message")
    assert vault.mac("audit", b"message", kid=1) == VAULTS[suite].mac("audit", b"message") != tag
