"""What `zhangban demo` prints once the server answers: addresses, personas, a login QR."""

import http.client
import json
import sys
import threading
import time
import unicodedata
from collections.abc import Sequence
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from models.vocabulary import ChallengeStatus, Role
from server.commands.demo_sandbox import HOST
from server.demo.shapes import DemoPersona
from server.qr import TOKEN_LENGTH, qr_table

START_S = 30.0
_LOOK_S = 0.1
_CALL_S = 10.0
_CHALLENGES = "/api/v1/login/challenges"
_ROLES = {Role.LEGAL_REP: "法人", Role.CLERK: "办事员", Role.OFFICER: "经办人员"}
_STATES = {
    ChallengeStatus.SCANNED: "已扫码,请在手机上确认 (scanned)",
    ChallengeStatus.GRANT_WAIT: "等待法人授权 (waiting for a grant)",
    ChallengeStatus.APPROVED: "已确认;要进入系统请用登录页面 (approved; use the page to enter)",
    ChallengeStatus.DENIED: "已在手机上拒绝 (denied)",
    ChallengeStatus.EXPIRED: "终端里的二维码已过期,请用登录页面 (expired, use the page)",
    ChallengeStatus.CANCELLED: "终端里的二维码已作废,请用登录页面 (cancelled, use the page)",
}
_HOW = """\
怎样扫码 How to scan
  1. 用浏览器打开登录页面,选“法人扫码登录”或“办事员扫码登录”。 Open the PC page, choose a role.
  2. 点二维码下方的“用模拟手机扫码”,选一个人物。
     Press the button below the QR code, choose a persona.
  3. 核对后点确认。也可以自己打开模拟手机,粘贴二维码下方的网址,或用摄像头扫。
     Read and approve. Or open the simulator yourself and paste the URL, or use its camera.
"""


def overview(page: str, phone: str, var: Path, personas: Sequence[DemoPersona]) -> str:
    """The text above the QR code. page, phone: base URL of the product, URL of the simulator."""
    rows = [("编号", "姓名", "身份", "会发生什么 what happens")]
    rows += [(each.key, each.name, _ROLES[each.role], each.happens) for each in personas]
    widths = [max(_width(row[column]) for row in rows) for column in range(3)]
    table = "\n".join(
        "  " + "  ".join([*map(_padded, row[:3], widths), row[3]]).rstrip() for row in rows
    )
    return (
        "\n掌办演示已启动 · The Zhangban demo is running\n\n"
        f"  登录页面 PC page          {page}/\n"
        f"  模拟手机 phone simulator  {phone}\n"
        f"  经办机构 agency console   {page}/console/ (账号见 accounts in {var}/demo.json)\n"
        f"  接口说明 API              {page}/docs\n"
        f"  数据目录 state            {var}/ (删除即可重新开始 delete it to start afresh)\n\n"
        f"演示人物 Personas (均为虚构 all invented)\n{table}\n\n{_HOW}"
    )


class Greeter(threading.Thread):
    """Waits for the server in this process, greets, and keeps the terminal's QR code fresh."""

    def __init__(self, port: int, text: str) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._text = text
        self._bind = ""
        self._stopped = threading.Event()
        self._lines = 0

    def stop(self) -> None:
        """Draw no more."""
        self._stopped.set()

    def run(self) -> None:
        try:
            if self._answers():
                say(self._text)
                self._show_code()
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            # The server is stopping or refuses; the page says more than a terminal could.
            if not self._stopped.is_set():
                say("终端里的二维码不可用,请用登录页面 (no QR code here, use the page)")

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and not self._stopped.is_set():
            try:
                self._ask("GET", "/healthz")
            except (OSError, http.client.HTTPException, ValueError):
                self._stopped.wait(_LOOK_S)
            else:
                return True
        return False

    def _show_code(self) -> None:
        """Draw a challenge of its own, on a terminal anew at each step, until somebody scans it."""
        challenge = self._ask("POST", _CHALLENGES, {"role": Role.LEGAL_REP.value})
        say("或者扫这个二维码(法人) Or scan this one (legal representative)\n")
        self._draw(challenge)
        say("按 Ctrl-C 全部停止 Ctrl-C stops everything")
        status = challenge["status"]
        while not self._stopped.wait(challenge["step_s"]):
            challenge = self._ask("GET", f"{_CHALLENGES}/{challenge['id']}")
            if challenge["status"] != status:
                status = challenge["status"]
                say(_STATES.get(ChallengeStatus(status), ""))
            if status in _OVER:
                return
            if status == ChallengeStatus.PENDING and sys.stdout.isatty():
                self._draw_over(challenge)

    def _draw(self, challenge: dict[str, Any]) -> None:
        url = str(challenge["url"])
        table = qr_table(url[:-TOKEN_LENGTH])
        picture = table.terminal(challenge["frame"], colour=sys.stdout.isatty())
        self._lines = picture.count("\n") + 2
        say(f"{picture}\n{url}")

    def _draw_over(self, challenge: dict[str, Any]) -> None:
        # Up to the first line of the picture; below it stands the line about Ctrl-C.
        sys.stdout.write(f"\x1b7\x1b[{self._lines + 1}A\r")
        self._draw(challenge)
        sys.stdout.write("\x1b8")
        sys.stdout.flush()

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_CALL_S)
        headers = {"Content-Type": "application/json", "Cookie": self._bind}
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise ValueError(f"{path}: {answer.status}")
        for name, cookie in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self._bind = f"{name}={cookie.value}"
        found: dict[str, Any] = json.loads(content)
        return found


_OVER = frozenset(
    {
        ChallengeStatus.APPROVED,
        ChallengeStatus.DENIED,
        ChallengeStatus.EXPIRED,
        ChallengeStatus.CANCELLED,
    }
)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def _width(text: str) -> int:
    """Columns in a terminal; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
