"""The vault: what is sealed opens in its place only, through rotations and in both suites."""

from typing import cast

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given, settings
from hypothesis import strategies as st

from models.sealed import SealBroken, Suite, Vault, _mac, _Sm4Gcm
from tests.support.vectors import platform_vectors

OLD, NEW = bytes(range(32)), bytes(range(100, 132))
AAD = "person.doc_no.01hzy"
VAULTS = {suite: Vault(OLD, suite) for suite in Suite}
OTHERS = {suite: Vault(NEW, suite) for suite in Suite}
suites = st.sampled_from(list(Suite))
properties = settings(deadline=None, max_examples=200)


def vectors_of_the_standards() -> dict[str, dict[str, str]]:
    return cast("dict[str, dict[str, str]]", platform_vectors()["gm"])


@properties
@given(suites, st.text(), st.text())
def test_what_is_sealed_opens_at_its_address(suite: Suite, plain: str, address: str) -> None:
    blob = VAULTS[suite].seal(plain, aad=address)

    assert len(blob) == 4 + 12 + len(plain.encode()) + 16
    assert VAULTS[suite].open(blob, aad=address) == plain
    assert VAULTS[suite].open(memoryview(blob), aad=address) == plain


@properties
@given(suites, st.text(), st.integers(min_value=0), st.integers(1, 255))
def test_a_changed_byte_anywhere_breaks_the_seal(
    suite: Suite, plain: str, at: int, flip: int
) -> None:
    blob = bytearray(VAULTS[suite].seal(plain, aad=AAD))
    blob[at % len(blob)] ^= flip

    with pytest.raises(SealBroken):
        VAULTS[suite].open(bytes(blob), aad=AAD)


@pytest.mark.parametrize("suite", Suite)
def test_every_bit_of_an_envelope_is_guarded(suite: Suite) -> None:
    blob = VAULTS[suite].seal("239900196905180577", aad=AAD)

    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            VAULTS[suite].open(bytes(changed), aad=AAD)


@pytest.mark.parametrize("suite", Suite)
def test_a_shortened_or_lengthened_envelope_is_broken(suite: Suite) -> None:
    blob = VAULTS[suite].seal("239900196905180577", aad=AAD)

    for wrong in [blob[:length] for length in range(len(blob))] + [blob + b"\0"]:
        with pytest.raises(SealBroken):
            VAULTS[suite].open(wrong, aad=AAD)


@properties
@given(suites, st.binary(max_size=80))
def test_no_bytes_at_all_open_or_fail_otherwise(suite: Suite, blob: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULTS[suite].open(blob, aad=AAD)


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("address", ["", "person.doc_no.01hzz", "person.phone.01hzy", "\ud800"])
def test_a_value_moved_to_another_address_is_broken(suite: Suite, address: str) -> None:
    blob = VAULTS[suite].seal("239900196905180577", aad=AAD)

    with pytest.raises(SealBroken):
        VAULTS[suite].open(blob, aad=address)


def test_all_ways_to_be_broken_look_the_same() -> None:
    vault = VAULTS[Suite.INTL]
    blob = vault.seal("x", aad=AAD)
    faults = [(blob, "other"), (blob[:-1], AAD), (b"", AAD), (b"\2" + blob[1:], AAD)]
    faults.append((OTHERS[Suite.INTL].seal("x", aad=AAD), AAD))
    faults.append((Vault(NEW, kid=9).seal("x", aad=AAD), AAD))
    seen = set()

    for wrong, address in faults:
        with pytest.raises(SealBroken) as broken:
            vault.open(wrong, aad=address)
        seen.add((str(broken.value), type(broken.value.__cause__)))

    assert seen == {("sealed value cannot be opened", type(None))}


@pytest.mark.parametrize("suite", Suite)
def test_one_text_is_never_sealed_twice_alike_and_does_not_show(suite: Suite) -> None:
    blobs = {VAULTS[suite].seal("239900196905180577", aad=AAD) for _ in range(50)}

    assert len(blobs) == 50
    assert not any(b"2399" in blob for blob in blobs)


@pytest.mark.parametrize("suite", Suite)
def test_after_a_rotation_old_values_open_and_ask_to_be_sealed_anew(suite: Suite) -> None:
    before = Vault(OLD, suite, kid=1)
    after = Vault(NEW, suite, kid=2, older=[(1, OLD)])
    old = before.seal("张三", aad=AAD)

    new = after.seal(after.open(old, aad=AAD), aad=AAD)

    assert after.needs_reseal(old)
    assert not after.needs_reseal(new)
    assert Vault(NEW, suite, kid=2).open(new, aad=AAD) == "张三"
    with pytest.raises(SealBroken):
        before.open(new, aad=AAD)


def test_after_a_change_of_suite_old_values_open_and_ask_to_be_sealed_anew() -> None:
    old = VAULTS[Suite.INTL].seal("张三", aad=AAD)

    assert VAULTS[Suite.SM].open(old, aad=AAD) == "张三"
    assert VAULTS[Suite.SM].needs_reseal(old)
    assert not VAULTS[Suite.INTL].needs_reseal(old)


@pytest.mark.parametrize("wrong", [b"", b"\1\1\0\1", b"\1\1\0\1" + bytes(27), b"\1\3" + bytes(40)])
def test_what_is_no_envelope_is_not_asked_for_its_age(wrong: bytes) -> None:
    with pytest.raises(SealBroken):
        VAULTS[Suite.INTL].needs_reseal(wrong)


@pytest.mark.parametrize("suite", Suite)
def test_nothing_of_a_key_is_ever_printed(suite: Suite) -> None:
    vault = VAULTS[suite]

    printed = f"{vault} {vault!r} {vault.suite} {list(vault._rings.values())}"

    assert repr(vault) == f"<Vault {suite} kid=1>"
    for key in (OLD, vault.key("qr-frame")):
        assert key.hex() not in printed
        assert repr(key)[2:-1] not in printed


@pytest.mark.parametrize(
    ("master", "suite", "kid", "older"),
    [
        (bytes(31), "intl", 1, []),
        (bytes(33), "intl", 1, []),
        (OLD, "des", 1, []),
        (OLD, "intl", 0, []),
        (OLD, "intl", 65536, []),
        (OLD, "intl", 1, [(1, NEW)]),
        (OLD, "intl", 2, [(1, b"short")]),
    ],
)
def test_a_vault_that_could_not_work_is_not_made(
    master: bytes, suite: str, kid: int, older: list[tuple[int, bytes]]
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each cause has its own words
        Vault(master, suite, kid=kid, older=older)


def test_sm3_and_hmac_sm3_agree_with_the_standard() -> None:
    vector = vectors_of_the_standards()["sm3"]
    key, message = bytes(range(32)), b"message"

    def sm3(text: bytes) -> bytes:
        digest = hashes.Hash(hashes.SM3())
        digest.update(text)
        return digest.finalize()

    padded = key.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    outer = sm3(bytes(byte ^ 0x5C for byte in padded) + inner)
    assert sm3(vector["message"].encode()).hex() == vector["digest"]
    assert _mac(Suite.SM, key, message) == outer


def test_sm4_agrees_with_the_standard() -> None:
    vector = vectors_of_the_standards()["sm4_ecb"]
    block = Cipher(SM4(bytes.fromhex(vector["key"])), modes.ECB()).encryptor()

    sealed = block.update(bytes.fromhex(vector["plaintext"])) + block.finalize()

    assert sealed.hex() == vector["ciphertext"]


def test_sm4_gcm_agrees_with_rfc_8998() -> None:
    cipher = _Sm4Gcm(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = b"".join(bytes([byte]) * 8 for byte in bytes.fromhex("aabbccddeeffeeaa"))

    sealed = cipher.encrypt(nonce, plain, aad)

    assert sealed.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert cipher.decrypt(nonce, sealed, aad) == plain
