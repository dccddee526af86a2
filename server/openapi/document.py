"""The OpenAPI 3.1 document of the declared operations and of the pages beside them."""

from collections.abc import Iterable, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

import msgspec

from server.errors import Problem
from server.openapi.pages import pages
from server.openapi.parameters import parameters, path_of
from server.openapi.reference import reference
from server.openapi.refusals import problem_answer, problem_examples, refusals
from server.operation import Operation
from server.policy import Access

VERSION = "1.0.0"
TAGS = {
    "login": "电脑端扫码登录:出示二维码、等待、登录",
    "phone": "手机端(微信、支付宝小程序):扫码、确认",
    "session": "登录会话、单位切换、登录设备",
    "accounts": "密码账号",
    "me": "我的账号与个人信息",
    "registrations": "单位注册",
    "units": "单位信息",
    "grants": "授权",
    "grant-requests": "授权申请与审批",
    "own-grants": "我的授权与续期",
    "certificates": "数字证书",
    "officers": "经办机构工作台:登录",
    "staff": "经办人员账号、岗位、审计",
    "window": "窗口:单位查询",
    "window-accounts": "窗口:法人账号",
    "windows": "窗口:材料与授权",
    "help": "错误代码",
    "ingest": "既有经办系统推送的数据",
    "operations": "运行:存活、就绪、指标、接口文档",
    "plain": "不用脚本的登录页面",
    "pages": "网页",
    "messages": "消息",
    "subscriptions": "消息订阅与通知偏好",
    "callbacks": "平台推送",
}
_ABOUT = """\
掌办: login by QR code with the electronic social-security card.

- JSON in UTF-8; ids are opaque; times are RFC 3339 in UTC; unknown fields are refused.
- Refusals are RFC 9457 problem documents: `title` 提示, `detail` 说明, `solutions` 解决方案; the
  codes are explained at `/help/errors`.
- Lists: `limit`, `cursor` → `items`, `next_cursor`.
- Every answer carries `X-Trace-Id`.
"""
_SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.OPERATOR: [],
    Access.INGEST: [{"key": [], "signature": []}],
    Access.PLATFORM: [],
    Access.BROWSER: [{"bind": []}],
    Access.PHONE: [{"bearer": []}],
    Access.PERSON: [{"bearer": []}],
    Access.SIGNED_IN: [{"session": []}, {"bearer": []}],
    Access.UNIT: [{"session": []}, {"bearer": []}],
    Access.OFFICER: [{"session": []}],
}
_COOKIES = {
    "session": (
        "zb_sid",
        "Set when a session is opened on a desk, new at every switch of the unit.",
    ),
    "bind": ("zb_qb", "Set with the first login QR; binds it to the browser."),
}
_WHO = {
    Access.PUBLIC: "Anyone.",
    Access.BROWSER: "The browser that asked for the QR.",
    Access.PHONE: "A signed-in phone, with or without an e-card.",
    Access.PERSON: "A signed-in phone that carries an e-card.",
    Access.SIGNED_IN: "A signed-in desk or phone, before or after entering a unit.",
    Access.UNIT: "A session that has entered a unit.",
    Access.OFFICER: "An officer signed in to the agency's console.",
    Access.OPERATOR: "The machine itself, or development mode; to others it does not exist.",
    Access.INGEST: "An existing system that signs with its key.",
    Access.PLATFORM: "The platform itself, by its own signature.",
}


@cache
def text(operations: tuple[Operation, ...], *, secure: bool = True) -> bytes:
    """The document as JSON; made once."""
    return msgspec.json.format(msgspec.json.encode(document(operations, secure=secure)), indent=1)


@cache
def page(operations: tuple[Operation, ...], *, secure: bool = True) -> str:
    """The document for people, as HTML; made once."""
    return reference(document(operations, secure=secure))


def document(operations: Sequence[Operation], *, secure: bool = True) -> dict[str, Any]:
    """The document for these operations. secure: cookies are named as they are behind https."""
    shapes = _shapes(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        place = paths.setdefault(path_of(operation), {})
        place[operation.method.lower()] = _described(operation, shapes)
    queries = {each.query.__name__ for each in operations if each.query is not None}
    schemas = {name: schema for name, schema in shapes.items() if name not in queries}
    return {
        "openapi": "3.1.0",
        "info": {"title": "掌办 API", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/", "description": "This server."}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": {path: paths[path] for path in sorted(paths)} | pages(),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": _schemes(secure),
            "headers": _HEADERS,
            "examples": dict(sorted(problem_examples(operations).items())),
        },
    }


def _schemes(secure: bool) -> dict[str, Any]:
    bearer = "`token` of `POST /api/v1/phone/login`."
    prefix = "__Host-" if secure else ""
    cookies = {
        key: {"type": "apiKey", "in": "cookie", "name": prefix + name, "description": about}
        for key, (name, about) in _COOKIES.items()
    }
    signed = {
        key: {"type": "apiKey", "in": "header", "name": name, "description": about}
        for key, (name, about) in _SIGNED.items()
    }
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": bearer},
        **cookies,
        **signed,
    }


_SIGNED = {
    "key": ("X-Key-Id", "Which of the keys in `ZB_INGEST_KEYS` signs."),
    "signature": (
        "X-Signature",
        'Hex HMAC-SHA256 of `X-Timestamp "\\n" method "\\n" path "\\n" sha256hex(body)`.',
    ),
}


_HEADERS = {
    "TraceId": {
        "description": "Names this request in the server's log; tell it when asking for help.",
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds after which another try may succeed.",
        "schema": {"type": "integer", "minimum": 0},
    },
}


def _shapes(operations: Iterable[Operation]) -> dict[str, Any]:
    wanted: set[Any] = {Problem}
    for operation in operations:
        wanted |= {shape for shape in operation.answers.values() if _is_struct(shape)}
        wanted |= {shape for shape in (operation.body, operation.query) if shape is not None}
        wanted |= {shape for shape in (operation.uploads or {}).values() if _is_struct(shape)}
    # In the order of their names, so that the document is the same in every process.
    ordered = sorted(wanted, key=lambda shape: str(shape.__name__))
    _, shapes = msgspec.json.schema_components(ordered, ref_template=_REF)
    return shapes


_REF = "#/components/schemas/{name}"


def _is_struct(shape: object) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def _described(operation: Operation, shapes: dict[str, Any]) -> dict[str, Any]:
    first, _, rest = operation.summary.partition("\n")
    said: dict[str, Any] = {
        "operationId": operation.function.__name__,
        "summary": first.strip(),
        "description": f"{rest.strip()}\n\n{_who(operation)}".strip(),
        "tags": [operation.tag],
        "security": _SECURITY[operation.policy.access],
        "parameters": parameters(operation, shapes),
        "responses": _answers(operation),
    }
    if operation.body is not None:
        said["requestBody"] = _body(operation, operation.body)
    elif operation.uploads is not None:
        content = {media: _upload(media, each) for media, each in operation.uploads.items()}
        if operation.example is not None:
            content["application/json"]["example"] = operation.example
        said["requestBody"] = {"required": True, "content": content}
    return said


def _who(operation: Operation) -> str:
    roles = ", ".join(sorted(role.value for role in operation.policy.roles))
    return _WHO[operation.policy.access] + (f" Only as: {roles}." if roles else "")


def _body(operation: Operation, shape: type[msgspec.Struct]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": _REF.format(name=shape.__name__)}}
    if operation.example is not None:
        content["example"] = operation.example
    media = "application/x-www-form-urlencoded" if operation.page else "application/json"
    return {"required": True, "content": {media: content}}


def _upload(media: str, shape: Any) -> dict[str, Any]:
    if _is_struct(shape):
        return {"schema": _schema(shape)}
    if media != "multipart/form-data":
        # A file as it is needs no schema (OpenAPI 3.1, binary data).
        return {}
    part = {"type": "string", "contentMediaType": "application/octet-stream"}
    return {"schema": {"type": "object", "properties": {"file": part}, "required": ["file"]}}


def _answers(operation: Operation) -> dict[str, Any]:
    answers = {
        str(status): _answer(operation, status, shape)
        for status, shape in operation.answers.items()
    }
    if operation.page:
        # A page goes on to the next one, and back to the first when there is no session.
        answers["303"] = {"description": HTTPStatus.SEE_OTHER.phrase}
    for status, entries in refusals(operation).items():
        answers.setdefault(str(status), problem_answer(status, entries, page=operation.page))
    return dict(sorted(answers.items()))


def _answer(operation: Operation, status: int, shape: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "headers": {"X-Trace-Id": {"$ref": "#/components/headers/TraceId"}},
    }
    if shape is None:
        return answer
    answer["content"] = {operation.media: {"schema": _schema(shape)}}
    return answer


def _schema(shape: Any) -> dict[str, Any]:
    if _is_struct(shape):
        return {"$ref": _REF.format(name=shape.__name__)}
    if shape is str:
        return {"type": "string"}
    # What is no text is described by its media type alone (OpenAPI 3.1, binary data).
    return {"type": "object"} if shape is dict else {}
