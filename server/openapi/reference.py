"""The OpenAPI document as a page for people: one list, no script, nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import msgspec

from server.pages.fill import Markup, element, joined

_PLACES = {"path": "路径", "query": "查询", "header": "请求头"}
_KEYS = {"bearer": "手机令牌", "session": "登录会话", "bind": "二维码绑定"}
_KEYS |= {"key": "对接密钥", "signature": "请求签名"}


def reference(document: Mapping[str, Any]) -> str:
    """The whole page as HTML."""
    sections = joined(
        _section(tag, list(_operations(document, tag["name"]))) for tag in document["tags"]
    )
    return f"""\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档 · 掌办</title>
<link rel="stylesheet" href="/static/page.css">
</head>
<body class="help">
<a class="skip" href="#main">跳到正文</a>
<header><nav aria-label="当前位置"><ol class="crumbs">
<li><a href="/">首页</a></li>
<li aria-current="page">接口文档</li>
</ol></nav></header>
<main id="main">
<h1>掌办接口文档</h1>
<p>版本 {escape(document["info"]["version"])}。程序请读取
<a href="/docs/openapi.json">OpenAPI 3.1 文件</a>;出错时的提示、说明和解决方案见
<a href="/help/errors">错误代码查询</a>。</p>
{sections}
{_shapes(document["components"]["schemas"])}
</main>
</body>
</html>
"""


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation


def _section(tag: Mapping[str, str], operations: list[tuple[str, str, dict[str, Any]]]) -> Markup:
    title = element("h2", tag["description"], id=tag["name"])
    parts = joined(_operation(*each) for each in operations)
    return Markup(f"<section>\n{title}\n{parts}\n</section>")


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Markup:
    head = joined((element("strong", method), element("code", path)))
    keys = "、".join(_KEYS[name] for each in operation["security"] for name in each)
    parts = [
        element("p", operation["summary"]),
        element("p", operation.get("description", ""), class_="muted"),
        element("p", f"凭据:{keys or '不需要'}", class_="muted"),
        _parameters(operation["parameters"]),
        _body(operation.get("requestBody")),
        _answers(operation["responses"]),
    ]
    inner = joined(part for part in parts if part)
    return Markup(f"<details>\n<summary>{head}</summary>\n{inner}\n</details>")


def _parameters(given: list[dict[str, Any]]) -> Markup:
    if not given:
        return Markup("")
    rows = (
        (_PLACES[each["in"]], each["name"], "是" if each["required"] else "否", _rule(each))
        for each in given
    )
    return _table(("位置", "参数", "必填", "要求"), rows)


def _rule(parameter: Mapping[str, Any]) -> str:
    schema = msgspec.json.encode(parameter["schema"]).decode()
    return " ".join(part for part in (parameter.get("description", ""), schema) if part)


def _body(body: Mapping[str, Any] | None) -> Markup:
    if body is None:
        return Markup("")
    ways = [_way(media, content) for media, content in body["content"].items()]
    return joined(part for way in ways for part in way)


def _way(media: str, content: Mapping[str, Any]) -> tuple[Markup, ...]:
    """One way to send a body: its content type, its shape, an example."""
    schema = content.get("schema", {})
    shape = _link(schema) if "$ref" in schema else ", ".join(schema.get("properties", ()))
    said = element("p", Markup(f"请求体:{escape(media)} {shape}"))
    return (said, _json(content["example"])) if "example" in content else (said,)


def _answers(answers: Mapping[str, Any]) -> Markup:
    rows = (
        (status, Markup(_content(answer)), _plain(answer["description"]))
        for status, answer in answers.items()
    )
    return _table(("状态", "内容", "说明"), rows)


def _plain(markdown: str) -> Markup:
    lines = markdown.replace("- `", "").replace("`", "")
    return Markup(escape(lines).replace("\n", "<br>"))


def _content(answer: Mapping[str, Any]) -> str:
    return "<br>".join(
        f"{escape(media)} {_link(content['schema'])}"
        for media, content in answer.get("content", {}).items()
    )


def _link(schema: Mapping[str, Any]) -> Markup:
    name = schema.get("$ref", "").rpartition("/")[2]
    return element("a", name, href=f"#shape-{name}") if name else Markup("")


def _shapes(schemas: Mapping[str, Any]) -> Markup:
    parts = joined(
        Markup(
            f'<details id="shape-{escape(name)}">\n<summary>{element("code", name)}</summary>\n'
            f"{_json(schema)}\n</details>"
        )
        for name, schema in schemas.items()
    )
    return Markup(f"<section>\n<h2>数据结构</h2>\n{parts}\n</section>")


def _json(value: object) -> Markup:
    lines = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return element("div", element("pre", lines), class_="scroll")


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Markup:
    first = joined(element("th", head, scope="col") for head in heads)
    body = joined(
        Markup(f"<tr>{''.join(element('td', cell) for cell in row)}</tr>") for row in rows
    )
    return Markup(
        f'<div class="scroll"><table><thead><tr>{first}</tr></thead>\n'
        f"<tbody>{body}</tbody></table></div>"
    )
