"""B2: bare Sanic with one raw asyncpg query: a page of an inbox, rows to dicts to JSON."""

import sys
from typing import Any

import asyncpg
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

PAGE = """
SELECT * FROM inbox_messages WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT 21
"""
Bare = Sanic[Any, Any]
app: Bare = Sanic("page", configure_logging=False)
app.config.AUTO_EXTEND = False
app.config.ACCESS_LOG = False


@app.before_server_start
async def connect(running: Bare) -> None:
    running.ctx.pool = await asyncpg.create_pool(sys.argv[2])


@app.get("/")
async def page(request: Request) -> HTTPResponse:
    rows = await request.app.ctx.pool.fetch(PAGE, request.args.get("person", ""), "~")
    return json({"items": [dict(row) for row in rows[:20]], "next": None}, default=str)


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False, motd=False)
