"""Writes docs/errors.md and miniapp/data/errors.json from the error catalogue, or checks them."""

import argparse
import html
import json
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from models.errors.catalogue import catalogue, module_title, readable
from models.errors.entry import Entry

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/errors.md")
OFFLINE_COPY = Path("miniapp/data/errors.json")

_HEAD = """\
<!-- 由 python -m server.commands.errors_page 生成,请勿手工修改。 -->
# 错误代码表

页面出错时会显示“提示”、错误代码和流水号。请按代码在下表中找到说明和解决方案;
仍然解决不了的,请把错误代码和流水号告诉12333或客服,不要提供密码和验证码。

- 出处“手册”指黑龙江省人力资源和社会保障公共服务平台操作手册,提示、说明、解决方案一字不改
  (SB-2005除外,见该行)。“常见问题”指上海自助经办系统常见问题。其余出处是本项目的设计文件。
- 标“预留”的代码已经写好,但现在的版本还不会出现。
- `{n}`这样的花括号,出错时会换成具体内容,例如次数、状态或单位名称。
"""
_COLUMNS = (
    "| 代码 | HTTP | 提示 | 说明 | 解决方案 | 出处 |\n| --- | --- | --- | --- | --- | --- |\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both files, or with --check exit 1 when one of them is not what would be written."""
    parser = argparse.ArgumentParser(prog="errors_page", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: this one)")
    options = parser.parse_args(arguments)
    wanted = {PAGE: page(catalogue()), OFFLINE_COPY: offline_copy(catalogue())}
    if options.check:
        stale = [path for path, text in wanted.items() if _on_disk(options.root / path) != text]
        for path in stale:
            print(f"{path} is stale: run python -m server.commands.errors_page", file=sys.stderr)
        return 1 if stale else 0
    for path, text in wanted.items():
        (options.root / path).parent.mkdir(parents=True, exist_ok=True)
        (options.root / path).write_text(text, encoding="utf-8")
    return 0


def page(entries: Sequence[Entry]) -> str:
    """The catalogue as Markdown, one table per module; entries are sorted by code."""
    parts = [_HEAD]
    for title, group in groupby(entries, key=lambda entry: module_title(entry.code)):
        parts.append(f"## {title}\n\n{_COLUMNS}{''.join(_row(entry) for entry in group)}")
    return "\n".join(parts)


def offline_copy(entries: Sequence[Entry]) -> str:
    """The catalogue as JSON by code, in the members of a problem document (contract §3).

    Placeholders are already replaced by general words: nothing is there to fill them in offline.
    """
    by_code = {
        entry.code: {
            "code": entry.code,
            "status": entry.status,
            "module": module_title(entry.code),
            "title": readable(entry.prompt),
            "detail": readable(entry.explain),
            "solutions": [readable(remedy) for remedy in entry.remedies],
            "actions": [{"rel": action.rel, "title": action.title} for action in entry.actions],
        }
        for entry in entries
    }
    return json.dumps(by_code, ensure_ascii=False, indent=2) + "\n"


def _row(entry: Entry) -> str:
    anchor = f'<a id="{entry.code.lower()}"></a>'
    code = f"{anchor}{entry.code}" + ("<br>(预留)" if entry.reserved else "")
    remedies = "<br>".join(_cell(remedy) for remedy in entry.remedies)
    texts = (_cell(entry.prompt), _cell(entry.explain), remedies, _cell(entry.source))
    return f"| {code} | {entry.status} | {' | '.join(texts)} |\n"


def _cell(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "\\|").replace("*", "\\*")


def _on_disk(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
