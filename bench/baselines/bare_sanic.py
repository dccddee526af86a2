"""B0: bare Sanic answering a small JSON body; no access log, no extensions, one process."""

import sys

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

app = Sanic("bare", configure_logging=False)
app.config.AUTO_EXTEND = False
app.config.ACCESS_LOG = False


@app.get("/")
async def hello(_: Request) -> HTTPResponse:
    return json({"hello": "world", "ok": True})


if __name__ == "__main__":
    app.run(
        "127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False, motd=False
    )  # fmt: skip
