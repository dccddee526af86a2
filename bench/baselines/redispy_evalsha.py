"""B1: bare Sanic with one EVALSHA by redis-py's default client: bucket and challenge in one."""

import secrets
import sys
from typing import Any

from redis.asyncio import Redis
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

ISSUE = """
local asked = redis.call('INCR', KEYS[1])
if asked == 1 then redis.call('PEXPIRE', KEYS[1], 60000) end
redis.call('HSET', KEYS[2], 'st', 'pending', 'role', ARGV[1], 'bind', ARGV[2], 'v', 1)
redis.call('PEXPIRE', KEYS[2], 120000)
return asked
"""

Bare = Sanic[Any, Any]
app: Bare = Sanic("evalsha", configure_logging=False)
app.config.AUTO_EXTEND = False
app.config.ACCESS_LOG = False


@app.before_server_start
async def connect(running: Bare) -> None:
    running.ctx.redis = Redis.from_url(sys.argv[2])
    running.ctx.script = await running.ctx.redis.script_load(ISSUE)


@app.post("/")
async def issue(request: Request) -> HTTPResponse:
    name = secrets.token_urlsafe(12)
    bucket = f"b1:rate:{request.headers.get('x-forwarded-for', '')}"
    asked = await request.app.ctx.redis.evalsha(
        request.app.ctx.script, 2, bucket, f"b1:{name}", "clerk", secrets.token_urlsafe(24)
    )
    return json({"id": name, "asked": asked})


@app.get("/")
async def ready(_: Request) -> HTTPResponse:
    return json({"ready": True})


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False, motd=False)
