"""Alipay's signatures and numbers against public vectors and another client."""

import base64
import warnings
from typing import Any

import pytest

from server.gateways.alipay_sign import (
    AnswerRefused,
    certificate_number,
    members,
    notification_verified,
    open_content,
    read_private_key,
    read_public_key,
    root_number,
    seal_content,
    sign,
    signing_text,
    verified,
)
from tests.gateways.papers import certificate_pem, key_pem, new_key, public_pem

KEY = new_key()
# The numbers of the RSA roots in Alipay's public root file, as its documents print them.
KNOWN_ROOTS = "687b59193f3f462dd5336e5abf83c5d8_02941eef3187dddf3d3b83462e1dfcf6"


def test_content_encryption_matches_the_official_value(vectors: dict[str, Any]) -> None:
    vector = vectors["alipay"]["aes_content_encryption"]

    assert seal_content(vector["plaintext"], vector["key_b64"]) == vector["ciphertext"]
    assert open_content(vector["ciphertext"], vector["key_b64"]) == vector["plaintext"]


@pytest.mark.parametrize("sealed", ["", "!", "AAAA", base64.b64encode(bytes(32)).decode()])
def test_content_that_does_not_decrypt_is_refused(sealed: str, vectors: dict[str, Any]) -> None:
    with pytest.raises(AnswerRefused):
        open_content(sealed, vectors["alipay"]["aes_content_encryption"]["key_b64"])


def test_the_signed_part_is_cut_out_as_the_official_clients_do(vectors: dict[str, Any]) -> None:
    for raw, expected in vectors["alipay"]["response_sign_extraction"]["cases"]:
        assert members(raw)["response_type"] == expected


def test_the_signed_part_keeps_its_spaces_and_escapes() -> None:
    part = '{ "msg" : "\\u6210\\u529f", "a":[1, 2 ], "sign":"}\\"" }'
    raw = f' {{"x_response" : {part} , "sign":"abc"}}\n'

    assert members(raw) == {"x_response": part, "sign": '"abc"'}


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{}x",
        '{"a":1',
        '{"a":1,}',
        '{"a" 1}',
        "{1:2}",
        '{"a":{},"a":{}}',
        '{"a":1}{"b":2}',
        "<html></html>",
        '{"a":' + "[" * 100_000,
    ],
)
def test_what_is_not_one_object_with_distinct_keys_is_refused(raw: str) -> None:
    with pytest.raises(AnswerRefused):
        members(raw)


def test_the_text_to_sign_drops_empty_values_and_keeps_sign_type() -> None:
    params = {"b": "2 &=", "a": "1", "empty": "", "sign": "x", "sign_type": "RSA2"}

    assert signing_text(params) == "a=1&b=2 &=&sign_type=RSA2"


def test_a_signature_fits_its_text_only() -> None:
    signature = sign({"a": "1"}, KEY)

    assert verified("a=1", signature, KEY.public_key())
    for text, wrong in [("a=2", signature), ("a=1", ""), ("a=1", "é"), ("a=1", signature[:-4])]:
        assert not verified(text, wrong, KEY.public_key())


def test_keys_are_read_as_pem_and_as_the_console_prints_them() -> None:
    pem, public = key_pem(KEY), public_pem(KEY)
    bare = "".join(pem.splitlines()[1:-1])
    bare_public = "".join(public.splitlines()[1:-1])

    assert read_private_key(pem).private_numbers() == read_private_key(bare).private_numbers()
    assert read_public_key(public) == read_public_key(bare_public) == KEY.public_key()


@pytest.mark.parametrize("text", ["", "nonsense-secret!", "AAAA", "-----BEGIN X-----\nsecret"])
def test_a_key_that_is_none_is_refused_without_quoting_it(text: str) -> None:
    for read in (read_private_key, read_public_key):
        with pytest.raises(ValueError, match=r".") as refused:
            read(text)
        assert "secret" not in str(refused.value)


def test_both_rules_of_notifications_are_accepted_and_nothing_else() -> None:
    body = {"app_id": "1", "msg": "{}", "sign_type": "RSA2"}
    dropped = {**body, "sign": sign({"app_id": "1", "msg": "{}"}, KEY)}
    kept = {**body, "sign": sign(body, KEY)}

    assert notification_verified(dropped, KEY.public_key())
    assert notification_verified(kept, KEY.public_key())
    for wrong in [
        {**kept, "msg": "{ }"},
        {**kept, "sign": ""},
        {**kept, "sign_type": "RSA"},
        {name: value for name, value in kept.items() if name != "sign"},
    ]:
        assert not notification_verified(wrong, KEY.public_key())


def test_the_number_of_a_real_root_is_the_published_one(vectors: dict[str, Any]) -> None:
    pems = [item["pem"] for item in vectors["gm"]["certs"]["items"]]

    assert certificate_number(pems[1]) in KNOWN_ROOTS.split("_")
    # The SM2 root does not count, and a block that cannot be parsed is passed over.
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert root_number("\n".join([pems[0], broken, pems[1]])) == certificate_number(pems[1])


def test_a_root_file_without_an_rsa_certificate_is_refused(vectors: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no RSA certificate"):
        root_number(vectors["gm"]["certs"]["items"][0]["pem"])


def test_certificate_numbers_agree_with_another_client() -> None:
    alipay = pytest.importorskip("alipay")
    first, second = certificate_pem(KEY, "First"), certificate_pem(KEY, "Second")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = alipay.DCAliPay.get_cert_sn(first)
        their_root = alipay.DCAliPay.get_root_cert_sn(f"{first}\n{second}")

    assert certificate_number(first) == theirs
    assert root_number(f"{first}\n{second}") == their_root
