"""The error pages for people: one per code, and the look-up by code or by words."""

import unicodedata
from collections.abc import Sequence
from html import escape
from itertools import groupby

from models.errors.catalogue import module_title, readable
from models.errors.entry import Action, Entry
from models.errors.system import CODE_UNKNOWN

HOME = "/help/errors"
LONGEST_QUERY = 64

# Only steps with a page of their own become links; the others happen where the error appeared.
_PLACES = {
    "go-home": "/",
    "look-up-code": HOME,
    "scan-again": "/login",
    "sign-in": "/login",
    "use-qr": "/login",
}


def error_page(entry: Entry, *, large: bool = False) -> str:
    """The page of one code as complete HTML: 提示, 说明, 解决方案, next steps, how to report it.

    large: the large-type edition 大字版, which the page itself offers as `?large=1`.
    """
    code = escape(entry.code)
    other = f'<a href="{HOME}/{code}">标准字号</a>'
    if not large:
        other = f'<a href="{HOME}/{code}?large=1">大字版</a>'
    body = f"""\
<h1 class="prompt">{_text(entry.prompt)}</h1>
<p class="error-code">错误代码:<strong>{code}</strong> <span class="sizes">{other}</span></p>
{_section("explain", "说明", f"<p>{_text(entry.explain)}</p>")}
{_section("remedies", "解决方案", _listed("remedies", [_text(text) for text in entry.remedies]))}
{_steps(entry.actions)}{_section("report", "还是解决不了", _report(code))}"""
    return _document(f"{entry.code} {readable(entry.prompt)}", entry.code, body, large=large)


def error_index_page(entries: Sequence[Entry], query: str) -> str:
    """The look-up page as complete HTML: a search form and the entries that answer the query.

    query: a code in any spelling (`SB-2102`, `sb2102`, `2102`) or words of the texts, separated by
    spaces; empty lists everything.
    """
    query = query.strip()[:LONGEST_QUERY]
    found = matching(entries, query)
    body = f"""\
<h1>错误代码查询</h1>
<form class="search" role="search" method="get" action="{HOME}">
<label for="q">请输入错误代码,或提示里的几个字</label>
<input id="q" name="q" type="search" value="{escape(query)}" maxlength="{LONGEST_QUERY}"
 placeholder="例如 SB-2102 或 二维码" autocomplete="off">
<button type="submit">查询</button>
</form>
{_results(found, query) if found else _nothing_found(query)}"""
    return _document("错误代码查询", None, body)


def matching(entries: Sequence[Entry], query: str) -> list[Entry]:
    """Those entries that hold every word of the query in their code or their texts."""
    words = _folded(query).split()
    return [entry for entry in entries if all(word in _haystack(entry) for word in words)]


def _haystack(entry: Entry) -> str:
    texts = (entry.code, entry.code.replace("-", ""), entry.prompt, entry.explain, *entry.remedies)
    return _folded(readable("\n".join(texts)))


def _folded(text: str) -> str:
    # NFKC: people type full-width digits, letters and punctuation with a Chinese keyboard.
    return unicodedata.normalize("NFKC", text).casefold()


def _results(found: Sequence[Entry], query: str) -> str:
    said = f"找到{len(found)}条与“{escape(query)}”有关的结果。" if query else f"共{len(found)}条。"
    parts = [f'<p role="status">{said}</p>']
    for title, group in groupby(found, key=lambda entry: module_title(entry.code)):
        links = [
            f'<a href="{HOME}/{escape(entry.code)}"><strong>{escape(entry.code)}</strong> '
            f"{_text(entry.prompt)}</a>"
            for entry in group
        ]
        parts.append(f"<h2>{escape(title)}</h2>\n{_listed('codes', links)}")
    return "\n".join(parts)


def _nothing_found(query: str) -> str:
    hints = [_text(remedy) for remedy in CODE_UNKNOWN.remedies]
    return f"""\
<div class="empty">
<p role="status">没有找到与“{escape(query)}”有关的错误代码。</p>
{_listed("remedies", hints)}
<p><a href="{HOME}">查看全部错误代码</a></p>
</div>"""


def _steps(actions: Sequence[Action]) -> str:
    if not actions:
        return ""
    return (
        _section(
            "steps",
            "在出错的页面上,您可以点",
            _listed("steps", [_step(action) for action in actions]),
        )
        + "\n"
    )


def _step(action: Action) -> str:
    place = _PLACES.get(action.rel)
    return f'<a href="{place}">{escape(action.title)}</a>' if place else escape(action.title)


def _report(code: str) -> str:
    return f"""\
<p>请拨打 <a href="tel:12333">12333</a> 或联系客服,并告诉对方:</p>
<ul>
<li>错误代码:{code};</li>
<li>流水号:出错的页面上,错误代码旁边的一串字母和数字,没有可以不说。</li>
</ul>
<p class="caution">请不要把密码、验证码告诉任何人,工作人员也不会问您要。</p>"""


def _section(name: str, title: str, content: str) -> str:
    return f"""\
<section aria-labelledby="{name}">
<h2 id="{name}">{title}</h2>
{content}
</section>"""


def _listed(name: str, items: Sequence[str]) -> str:
    return f'<ul class="{name}">\n' + "".join(f"<li>{item}</li>\n" for item in items) + "</ul>"


def _text(text: str) -> str:
    return escape(readable(text))


def _document(title: str, crumb: str | None, body: str, *, large: bool = False) -> str:
    here = '<li aria-current="page">错误代码查询</li>'
    if crumb is not None:
        here = f'<li><a href="{HOME}">错误代码查询</a></li>\n'
        here += f'<li aria-current="page">{escape(crumb)}</li>'
    return f"""\
<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - 掌办</title>
<link rel="stylesheet" href="/static/page.css">
</head>
<body class="{"help large" if large else "help"}">
<a class="skip" href="#main">跳到正文</a>
<header>
<nav aria-label="当前位置">
<ol class="crumbs">
<li><a href="/">首页</a></li>
{here}
</ol>
</nav>
</header>
<main id="main">
{body}
</main>
</body>
</html>
"""
