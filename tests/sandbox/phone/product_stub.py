"""A product as the phone page sees it (contract §5): answers as told, notes what it was asked."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CONTEXT = {
    "site": "sb.example.cn",
    "browser": "Edge 131",
    "os": "Windows 11",
    "ip_place": "203.0.113.7 黑龙江哈尔滨",
    "at": "2026-03-02T01:02:03Z",
    "same_place": True,
}
RELATION = {
    "id": "r1",
    "insurance": "110",
    "insurance_name": "企业养老",
    "unit_no": "10001",
    "agency": "省直",
}
SCANNED = {
    "challenge_id": "c1",
    "nonce": "n1",
    "role": "legal_rep",
    "caption": "法人扫码登录",
    "context": CONTEXT,
    "units": [{"id": "u1", "name": "龙江样例有限公司", "relations": [RELATION]}],
}
CLERK_UNKNOWN = {
    "title": "未找到当前办事员账号信息,请联系法人授权或者去窗口授权!",
    "status": 404,
    "code": "SB-2102",
    "detail": "根据扫码获取的办事员信息,在办事员表中未找到有效数据",
    "solutions": ["需要法人登录后,添加办事员"],
    "actions": [{"rel": "request-grant", "title": "申请法人授权"}],
    "challenge_id": "c1",
    "nonce": "n1",
}


ASKED: list[dict[str, Any]] = [
    {"template_id": "sandbox-filing-status", "title": "业务办理进度提醒", "ask": True},
    {"template_id": "sandbox-filing-due", "title": "申报截止提醒", "ask": True},
]


def several_units(count: int) -> dict[str, Any]:
    """A scan by somebody with that many units."""
    units = [
        {"id": f"u{nth}", "name": f"第{nth}样例有限公司", "relations": [RELATION]}
        for nth in range(1, count + 1)
    ]
    return {**SCANNED, "role": "clerk", "caption": "办事员扫码登录", "units": units}


@dataclass(slots=True)
class ProductStub:
    """asked: (path, bearer, body) in order. answers: by path below /phone; usual ones otherwise."""

    url: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def bodies(self, path: str) -> list[Any]:
        """What was posted to a path."""
        return [body for asked, _, body in self.asked if asked == path]

    async def answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v1/phone/")
        bearer = request.headers.get("Authorization", "")
        self.asked.append((path, bearer, await request.json()))
        usual = {
            "login": {"token": "t1", "expires_at": "", "identity": "unbound"},
            "identity": {"identity": "bound"},
            "scans": SCANNED,
        }
        status, body = self.answers.get(path, (200, usual.get(path, {})))
        kind = "application/json" if status < 400 else "application/problem+json"
        return web.json_response(body, status=status, content_type=kind)

    async def consents(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            bearer = request.headers.get("Authorization", "")
            self.asked.append(("subscriptions", bearer, await request.json()))
        return web.json_response({"items": self.subscriptions, "next_cursor": None})

    async def own_requests(self, _: web.Request) -> web.Response:
        return web.json_response({"items": self.requests, "next_cursor": None})

    async def started(self) -> web.AppRunner:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/api/v1/phone/{path:.*}", self.answer)
        app.router.add_route("*", "/api/v1/subscriptions", self.consents)
        app.router.add_get("/api/v1/grant-requests", self.own_requests)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return runner
