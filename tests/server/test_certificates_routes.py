"""Certificates over HTTP: files raw and multipart, their limits, typed dates."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from models.certificate import Certificate
from models.unit import Unit
from models.vocabulary import Role
from server.call import SESSION_COOKIE, cookie_name, csrf_token
from server.duties import tick
from tests.authorities import DAY, Authority
from tests.build import NOW, a_desk_session, a_granted_clerk
from tests.certificate_files import a_der, a_pfx
from tests.gateways.fakes import Answer, Peer
from tests.server.door import Door, door

PATH = "/api/v1/certificates"
Post = dict[str, Any]


@pytest.fixture
async def front(sqlite_url: str) -> AsyncIterator[Door]:
    """The application."""
    async with door(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def unit(front: Door) -> Unit:
    """A unit whose clerk sends the requests."""
    return await signed_in(front)


async def signed_in(front: Door) -> Unit:
    """The unit of a clerk who has just signed in."""
    clerk = await a_granted_clerk()
    desk = await a_desk_session(front.tools, clerk.person, Role.CLERK, clerk.unit)
    front.http.headers["X-CSRF-Token"] = csrf_token(front.tools, desk.secret)
    front.http.headers["Cookie"] = f"{cookie_name(front.app.ctx, SESSION_COOKIE)}={desk.secret}"
    return clerk.unit


async def post(front: Door, **sent: Any) -> tuple[int, Post]:
    async with front.http.post(front.url + PATH, **sent) as answer:
        return answer.status, await answer.json(content_type=None)


def multipart(data: bytes, name: str) -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", data, filename=name, content_type="application/x-x509-ca-cert")
    return form


async def test_a_raw_file_is_read(front: Door, unit: Unit) -> None:
    status, told = await post(front, data=a_der(unit.uscc))

    assert status == 201
    assert told["status"] == "active"
    assert told["serial"] == "2a00ff"
    assert told["algorithm"] == "ECDSA/SHA-256"
    assert told["checks"][0]["result"] == "ok"


async def test_a_multipart_file_is_read(front: Door, unit: Unit) -> None:
    status, told = await post(front, data=multipart(a_der(unit.uscc), "a.cer"))

    assert (status, told["days_left"]) == (201, 200)


@pytest.mark.parametrize("name", ["a.pfx", "a.cer"])
async def test_a_key_store_is_refused_whatever_its_name(front: Door, unit: Unit, name: str) -> None:
    status, told = await post(front, data=multipart(a_pfx(unit.uscc), name))

    assert (status, told["code"]) == (422, "SB-6003")
    assert not await Certificate.exists()


async def test_typed_dates_are_kept(front: Door, unit: Unit) -> None:
    status, told = await post(front, json={"not_after": "2026-03-20T00:00:00Z", "title": "U盾"})

    assert (status, told["status_label"]) == (201, "即将到期")


@pytest.mark.parametrize("size", [64 * 1024 + 1, 200 * 1024])
async def test_a_file_over_its_limit_is_refused(front: Door, unit: Unit, size: int) -> None:
    status, told = await post(front, data=b"0" * size)

    assert status == 413
    assert told["code"].startswith("SB-")


async def test_another_units_certificate_is_refused_by_name(front: Door, unit: Unit) -> None:
    status, told = await post(front, data=a_der("91239900RLXDJ01N3N"))

    assert (status, told["code"]) == (422, "SB-6004")


def checks_of(told: Post) -> dict[str, tuple[str, str | None]]:
    return {each["check"]: (each["result"], each["code"]) for each in told["checks"]}


async def test_a_certificate_about_to_end_says_so_with_its_code(front: Door, unit: Unit) -> None:
    _, told = await post(front, data=a_der(unit.uscc, ends=NOW + timedelta(days=20)))

    assert checks_of(told)["dates"] == ("ok", "SB-6002")
    assert "数字证书将于20天后到期!" in {each["detail"] for each in told["checks"]}


async def test_an_expired_certificate_says_so_with_its_code(front: Door, unit: Unit) -> None:
    _, told = await post(front, data=a_der(unit.uscc, ends=NOW - timedelta(days=2)))

    assert checks_of(told)["dates"] == ("failed", "SB-6001")


async def test_only_recognised_cas_are_taken_where_a_folder_names_them(
    sqlite_url: str, tmp_path: Path
) -> None:
    authority = Authority.new(crl="http://127.0.0.1:9/none.crl")
    (tmp_path / "ca.cer").write_bytes(authority.certificate)
    (tmp_path / "notes.txt").write_text("no certificate")
    async with door(
        sqlite_url, None, ca_folder=str(tmp_path), revocation_hosts="127.0.0.1"
    ) as front:
        unit = await signed_in(front)

        status, told = await post(front, data=authority.issue(unit.uscc))
        refused, why = await post(front, data=a_der(unit.uscc))

    assert status == 201
    assert checks_of(told)["issuer"] == ("ok", None)
    assert checks_of(told)["state"] == ("unknown", None)
    assert (refused, why["code"]) == (422, "SB-6003")


async def test_what_a_cas_list_names_later_is_found_by_the_clock(
    sqlite_url: str, tmp_path: Path
) -> None:
    authority, revoked = Authority.new(), dict[int, None]()
    (tmp_path / "ca.pem").write_bytes(authority.root.public_bytes(Encoding.PEM))
    clock = [NOW]
    async with Peer(lambda _: Answer(authority.list_of(revoked, lasts=3 * DAY))) as peer:
        authority.crl = f"{peer.url}/ca.crl"
        async with door(
            sqlite_url,
            lambda: clock[0],
            ca_folder=str(tmp_path),
            revocation_hosts="127.0.0.1",
        ) as front:
            unit = await signed_in(front)
            _, told = await post(front, data=authority.issue(unit.uscc))
            revoked[int(told["serial"], 16)] = None
            clock[0] += DAY
            failed = await tick(front.app.ctx)
            kept = await Certificate.get(id=told["id"])

    assert checks_of(told)["state"] == ("ok", None)
    assert (failed, kept.state) == (0, "revoked")
