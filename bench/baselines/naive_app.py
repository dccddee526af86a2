"""N: the same login as it is commonly written, on the same paths as ours.

redis-py calls one by one, a qrcode PNG per frame, Tortoise models for person, grant and audit;
browsers poll, or get a stream with a Redis subscription each.
"""

import base64
import io
import json as encoder
import secrets
import sys
import time
from typing import Any

import qrcode
from redis.asyncio import Redis
from sanic import Request, Sanic
from sanic.response import HTTPResponse, empty, json
from tortoise import Tortoise, fields
from tortoise.models import Model

LIFE_S = 120
BASE = "/api/v1"


class Person(Model):
    id = fields.IntField(primary_key=True)
    id_no = fields.CharField(max_length=18, unique=True)
    name = fields.CharField(max_length=50)


class Unit(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=100)


class Grant(Model):
    id = fields.IntField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField("models.Person")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    status = fields.CharField(max_length=16, default="active")


class AuditEntry(Model):
    id = fields.IntField(primary_key=True)
    person_id = fields.IntField()
    action = fields.CharField(max_length=40)
    at = fields.DatetimeField(auto_now_add=True)


Naive = Sanic[Any, Any]
app: Naive = Sanic("naive", configure_logging=False)
app.config.AUTO_EXTEND = False
app.config.ACCESS_LOG = False


@app.before_server_start
async def connect(running: Naive) -> None:
    running.ctx.redis = Redis.from_url(sys.argv[2], decode_responses=True)
    await Tortoise.init(
        db_url=sys.argv[3].replace("postgres://", "asyncpg://"),
        modules={"models": ["__main__"]},
        _enable_global_fallback=True,
    )
    await Tortoise.generate_schemas(safe=True)


@app.get("/ready")
async def ready(_: Request) -> HTTPResponse:
    return json({"ready": True})


def picture(text: str) -> str:
    drawn = io.BytesIO()
    qrcode.make(text).save(drawn)
    return base64.b64encode(drawn.getvalue()).decode()


async def challenge_of(request: Request, key: str) -> dict[str, str] | None:
    found: dict[str, str] = await request.app.ctx.redis.hgetall(f"n:c:{key}")
    return found if found and found["bind"] == request.cookies.get("bind") else None


@app.post(f"{BASE}/login/challenges")
async def issue(request: Request) -> HTTPResponse:
    redis = request.app.ctx.redis
    bucket = f"n:rate:{request.headers.get('x-forwarded-for')}"
    if await redis.incr(bucket) == 1:
        await redis.expire(bucket, 60)
    key, bind = secrets.token_urlsafe(12), secrets.token_urlsafe(24)
    url = f"https://login.example.invalid/l/{key}{secrets.token_urlsafe(12)}"
    role = request.json["role"]
    await redis.hset(f"n:c:{key}", mapping={"status": "pending", "role": role, "bind": bind})
    await redis.expire(f"n:c:{key}", LIFE_S)
    told = {"id": key, "url": url, "role": role, "status": "pending", "png": picture(url)}
    answer = json(told, status=201)
    answer.add_cookie("bind", bind, httponly=True)
    return answer


@app.get(f"{BASE}/login/challenges/<key:str>")
async def poll(request: Request, key: str) -> HTTPResponse:
    found = await challenge_of(request, key)
    return json({"id": key, "status": found["status"]}) if found else empty(404)


@app.get(f"{BASE}/login/challenges/<key:str>/events")
async def events(request: Request, key: str) -> None:
    found = await challenge_of(request, key)
    stream = await request.respond(content_type="text/event-stream")
    if found is None:
        return
    async with request.app.ctx.redis.pubsub() as listener:
        await listener.subscribe(f"n:e:{key}")
        status = found["status"]
        while status in ("pending", "scanned"):
            await stream.send(f'event: status\ndata: {{"status": "{status}"}}\n\n')
            told: dict[str, Any] | None = None
            while told is None:
                told = await listener.get_message(ignore_subscribe_messages=True, timeout=15)
            status = told["data"]
        await stream.send(f'event: status\ndata: {{"status": "{status}"}}\n\n')


@app.post(f"{BASE}/phone/login")
async def sign_in(request: Request) -> HTTPResponse:
    number = request.json["code"]
    person, _ = await Person.get_or_create(id_no=number, defaults={"name": f"person {number}"})
    if not await Grant.exists(person=person):
        await Grant.create(person=person, unit=await Unit.create(name=f"unit {number}"))
    token = secrets.token_urlsafe(24)
    await request.app.ctx.redis.set(f"n:p:{token}", person.id, ex=7200)
    return json({"token": token, "identity": "bound"})


async def person_of(request: Request) -> Person:
    bearer = request.headers["authorization"].removeprefix("Bearer ")
    return await Person.get(id=int(await request.app.ctx.redis.get(f"n:p:{bearer}")))


async def move(request: Request, key: str, status: str, **more: Any) -> None:
    redis = request.app.ctx.redis
    await redis.hset(f"n:c:{key}", mapping={"status": status, **more})
    await redis.publish(f"n:e:{key}", status)


@app.post(f"{BASE}/phone/scans")
async def scan(request: Request) -> HTTPResponse:
    person = await person_of(request)
    key = request.json["text"].rpartition("/")[2][:16]
    role = await request.app.ctx.redis.hget(f"n:c:{key}", "role")
    grants = await Grant.filter(person=person, status="active").prefetch_related("unit")
    nonce = secrets.token_urlsafe(16)
    await move(request, key, "scanned", person=person.id, nonce=nonce)
    units = [{"id": grant.unit.id, "name": grant.unit.name} for grant in grants]
    return json({"challenge_id": key, "nonce": nonce, "role": role, "units": units})


@app.post(f"{BASE}/phone/challenges/<key:str>/approve")
async def approve(request: Request, key: str) -> HTTPResponse:
    person = await person_of(request)
    nonce = await request.app.ctx.redis.hget(f"n:c:{key}", "nonce")
    grant = await Grant.get_or_none(person=person, unit_id=request.json["unit_id"], status="active")
    if grant is None or nonce != request.json["nonce"]:
        return empty(403)
    await AuditEntry.create(person_id=person.id, action="login.approve")
    await move(request, key, "approved", grant=grant.id)
    return json({"status": "approved"})


@app.post(f"{BASE}/login/challenges/<key:str>/exchange")
async def exchange(request: Request, key: str) -> HTTPResponse:
    found = await challenge_of(request, key)
    if found is None or found["status"] != "approved":
        return empty(409)
    person = await Person.get(id=int(found["person"]))
    grant = await Grant.get(id=int(found["grant"])).prefetch_related("unit")
    await AuditEntry.create(person_id=person.id, action="login.exchange")
    session = secrets.token_urlsafe(24)
    held = {"person": person.id, "unit": grant.unit.id, "at": time.monotonic()}
    await request.app.ctx.redis.set(f"n:s:{session}", encoder.dumps(held), ex=1800)
    await request.app.ctx.redis.delete(f"n:c:{key}")
    answer = json({"session": {"person": person.name, "unit": grant.unit.name}, "next": "home"})
    answer.add_cookie("sid", session, httponly=True)
    return answer


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False, motd=False)
