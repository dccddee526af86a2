"""wechatpy's API classes on our transport: asynchronous, bounded, with one shared token."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec
from wechatpy.client import WeChatClient
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import WeChatClientException

from server.gateways.accounts import WeChatAccount
from server.gateways.breaker import Line
from server.gateways.transport import Call, Repeat, Reply, TransportFault
from server.gateways.wechat_codes import Action, action_for, trace_of
from server.gateways.wechat_token import FreshToken, TokenProvider

logger = logging.getLogger(__name__)


class WeChatError(WeChatClientException):  # type: ignore[misc]
    """An answer with errcode ≠ 0. Carries neither client nor request: both hold secrets."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errcode, errmsg)
        self.code = errcode
        self.text = errmsg

    @property
    def action(self) -> Action:
        """What the errcode asks of us."""
        return action_for(self.code)


@dataclass(frozen=True, slots=True)
class Policy:
    """How an endpoint is called.

    repeat: after which transport faults; busy_tries: tries when errcode -1 says busy; token: takes
    the access token; image: answers with an image instead of JSON; bare: a success comes without
    an errcode, and its fields are checked by the caller.
    """

    repeat: Repeat = Repeat.NEVER
    busy_tries: int = 1
    token: bool = True
    image: bool = False
    bare: bool = False


CODE_TO_SESSION = "/sns/jscode2session"
STABLE_TOKEN = "/cgi-bin/stable_token"  # noqa: S105

POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        # The login code and the phone code are good once: only a call that never left may go again.
        CODE_TO_SESSION: Policy(Repeat.UNSENT, busy_tries=3, token=False, bare=True),
        "/wxa/business/getuserphonenumber": Policy(Repeat.UNSENT, busy_tries=3),
        STABLE_TOKEN: Policy(Repeat.ALWAYS, busy_tries=3, token=False, bare=True),
        "/wxa/getwxacodeunlimit": Policy(Repeat.ALWAYS, busy_tries=3, image=True),
        "/wxa/generatescheme": Policy(Repeat.UNSENT, busy_tries=3),
        # A second copy costs a one-time subscription; the queue decides about sending again.
        "/cgi-bin/message/subscribe/send": Policy(),
    }
)


class MiniProgramApi(WeChatWxa):  # type: ignore[misc]
    """wechatpy's mini-program calls, and those that it lacks or knows only in an old shape."""

    async def code_to_session(self, code: str) -> Any:
        """code2Session; unlike wechatpy's, it needs no access token."""
        params = {
            "appid": self.appid,
            "secret": self.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return await self._get("sns/jscode2session", params=params)

    async def phone_number(self, code: str) -> Any:
        """getPhoneNumber by the code of the phone button."""
        return await self._post("wxa/business/getuserphonenumber", data={"code": code})

    async def unlimited_code(self, body: Mapping[str, object]) -> Any:
        """getUnlimitedQRCode with all its parameters; the image's bytes."""
        return await self._post("wxa/getwxacodeunlimit", data=dict(body))

    async def scheme(self, body: Mapping[str, object]) -> Any:
        """generateScheme."""
        return await self._post("wxa/generatescheme", data=dict(body))

    async def send_subscribe(self, body: Mapping[str, object]) -> Any:
        """subscribeMessage.send with miniprogram_state and lang, which wechatpy leaves out."""
        return await self._post("cgi-bin/message/subscribe/send", data=dict(body))


class AsyncWeChatClient(WeChatClient):  # type: ignore[misc]
    """A WeChatClient whose `_request` is a coroutine; every API method just returns it.

    At most one renewal of the token and one repetition per call (wechatpy: 491, reliability F10).
    """

    wxa = MiniProgramApi()

    def __init__(self, account: WeChatAccount, line: Line) -> None:
        super().__init__(account.appid, account.secret, auto_retry=False)
        self._http.close()
        self._base = account.base_url + "/"
        self._line = line
        self.wxa.API_BASE_URL = self._base
        self.API_BASE_URL = self._base + "cgi-bin/"
        self.tokens: TokenProvider | None = None

    async def fetch_stable_token(self, force: bool) -> FreshToken:
        """Ask the platform for the token. Raises WeChatError, TransportFault, Refusal."""
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        answer = await self._request("post", self._base + STABLE_TOKEN[1:], data=body)
        token, life_s = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(life_s, int):
            raise TransportFault("malformed", STABLE_TOKEN, sent=True)
        return FreshToken(token, life_s)

    async def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        path = self._path(url_or_endpoint, kwargs.pop("api_base_url", self.API_BASE_URL))
        policy = POLICIES.get(path, Policy())
        token = await self._token() if policy.token else None
        try:
            return await self._patiently(method, path, kwargs, token)
        except WeChatError as error:
            if token is None or error.action is not Action.REFRESH_TOKEN:
                raise
        return await self._patiently(method, path, kwargs, await self._token(bad=token))

    async def _patiently(
        self, method: str, path: str, kwargs: dict[str, Any], token: str | None
    ) -> Any:
        """Call, and again while the platform says that it is busy, up to the policy's tries."""
        policy = POLICIES.get(path, Policy())
        params = {key: str(value) for key, value in (kwargs.get("params") or {}).items()}
        if token is not None:
            params["access_token"] = token
        call = Call(
            "GET" if method == "get" else "POST",
            path,
            params=params,
            headers={"Content-Type": "application/json"} if "data" in kwargs else None,
            body=_json_body(kwargs.get("data")),
            repeat=policy.repeat,
        )
        for attempt in range(1, policy.busy_tries):
            try:
                return await self._line.ask(call, lambda reply: _read(reply, policy))
            except WeChatError as error:
                if error.action is not Action.RETRY:
                    raise
            await asyncio.sleep(0.2 * 2**attempt)
        return await self._line.ask(call, lambda reply: _read(reply, policy))

    async def _token(self, bad: str | None = None) -> str:
        if self.tokens is None:
            raise RuntimeError("no token provider")
        return await self.tokens.get(bad)

    def _path(self, url_or_endpoint: str, api_base_url: str) -> str:
        url = url_or_endpoint
        if not url.startswith(("http://", "https://")):
            url = api_base_url + url
        if not url.startswith(self._base) or "?" in url:
            raise ValueError("this API of wechatpy calls another host")
        return "/" + url[len(self._base) :]


def _json_body(content: object) -> bytes | None:
    # UTF-8 as it is: the platform counts and shows \uXXXX escapes literally.
    return None if content is None else msgspec.json.encode(content)


def _read(reply: Reply, policy: Policy) -> Any:
    """The answer's object or image. Raises WeChatError, or TransportFault on anything else."""
    if policy.image and reply.body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return reply.body
    answer = _object(reply.body)
    errcode = answer.get("errcode", 0 if policy.bare else None)
    if isinstance(errcode, str) and errcode.lstrip("-").isdecimal():
        errcode = int(errcode)
    # An empty object, an HTML page, or JSON where an image should be: none of them is a success.
    if not answer or type(errcode) is not int or (policy.image and errcode == 0):
        raise TransportFault("malformed", reply.where, sent=True)
    if errcode == 0:
        return answer
    errmsg = str(answer.get("errmsg", ""))[:300]
    logger.warning(
        "wechat errcode",
        extra={"errcode": errcode, "rid": trace_of(errmsg), "where": reply.where},
    )
    raise WeChatError(errcode, errmsg)


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
