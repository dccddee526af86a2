"""The official npm `alipay-sdk` and `co-wechat-api` against the sandbox, as outside judges."""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.credentials import ALIPAY_APPID, WECHAT
from tests.sandbox.conftest import Callback, Line
from tests.support import tiers

pytestmark = [pytest.mark.node, pytest.mark.slow, pytest.mark.timeout(300)]

PACKAGES = ("alipay-sdk@4.14.0", "co-wechat-api@3.11.0")
TEMPLATE = "VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc"

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both packages, installed once."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        tiers.leave_out("node", "no node or npm on the PATH")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if done.returncode:
        # Not a failure anywhere: a package index that does not answer says nothing about us.
        pytest.skip(f"left out: node: npm could not install {PACKAGES}")
    return folder


async def _run(folder: Path, name: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    program = await asyncio.create_subprocess_exec(
        "node",
        "-e",
        (HERE / name).read_text(encoding="utf-8"),
        json.dumps(asked),
        cwd=folder,
        env={**os.environ, "TZ": "Asia/Shanghai"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(program.communicate(), 60)
    assert program.returncode == 0, errors.decode()
    answers: list[dict[str, Any]] = json.loads(out.decode().strip().splitlines()[-1])
    return answers


async def test_the_official_alipay_sdk_understands_the_gateway(line: Line, packages: Path) -> None:
    keys = (await line.get("/_ctl/credentials"))["alipay"]
    code = (await line.post("/_ctl/alipay/users", {"openid": "aAbc"}))["code"]
    message = {
        "to_open_id": "aAbc",
        "user_template_id": "OTUwMmY4NTQ1",
        "page": "pages/home",
        "data": json.dumps({"keyword1": {"value": "审核通过"}}),
    }
    config = {
        "appId": ALIPAY_APPID,
        "privateKey": keys["app_private_key"],
        "alipayPublicKey": keys["alipay_public_key"],
        "gateway": f"{line.url}/alipay/gateway.do",
        "keyType": "PKCS8",
    }

    asked = {"config": config, "code": code, "message": message}
    first, again, sent, refused, qrcode = await _run(packages, "alipay_client.js", asked)

    assert first["told"]["openId"] == "aAbc"
    assert again["told"]["subCode"] == "isv.code-invalid"
    assert sent["told"]["code"] == "10000"
    assert refused["told"]["subCode"] == "USER_TEMPLATE_ILLEGAL"
    assert qrcode["told"]["qrCodeUrl"].startswith("https://")


async def test_co_wechat_api_gets_a_token_and_sends(
    line: Line, callback: Callback, packages: Path
) -> None:
    accept = {"openid": "oAbc", "template_id": TEMPLATE, "accept": True}
    await line.post("/_ctl/wechat/subscribe", accept)
    message = {
        "touser": "oAbc",
        "template_id": TEMPLATE,
        "page": "pages/home",
        "data": {"thing1": {"value": "员工增加申报"}},
    }
    asked = {"appid": WECHAT.appid, "secret": WECHAT.secret, "url": line.url, "message": message}

    token, sent, again = await _run(packages, "wechat_client.js", asked)

    assert len(token["told"]) > 100
    assert sent["told"]["errcode"] == 0
    assert again["code"] == 43101
    await line.get("/_ctl/state")
    assert len(callback.received) == 2
