"""Routes of granting at the window: notice, papers, the grant itself (contract §11, 手册 3.1.2)."""

from pathlib import Path

import aiofiles
from sanic import HTTPResponse, empty

from handlers import officer_units, window_grants, window_materials
from handlers.window_grants import WindowRequest
from handlers.window_materials import Paper
from models.codes.document import IdDocument
from models.codes.fault import CodeFault
from models.codes.phone import clean_phone
from models.errors.entry import FieldError
from models.errors.filing import STATE_CHANGED
from models.errors.grant import WINDOW_GRANT_UNREGISTERED
from models.errors.login import SESSION_ENDED
from models.errors.officer import DUTY_MISSING
from models.errors.system import CSRF_FAILED, INPUT_WRONG, NOT_FOUND
from models.errors.upload import (
    CONTENT_MISMATCH,
    FILE_TOO_LARGE,
    FILE_TYPE_UNSUPPORTED,
    MATERIALS_MISSING,
)
from models.identity import Identity
from models.names import clean
from server import papers_in
from server.call import Call
from server.moments import moment
from server.operation import Routes
from server.policy import WINDOW
from server.routes.answers import as_json
from server.wire import officer_bodies, officer_shapes

routes = Routes("windows", "/api/v1/officer")


def folder_of(call: Call) -> Path:
    """Where papers of the window lie."""
    return call.context.settings.upload_dir / papers_in.WINDOW


@routes.add(
    "GET",
    "/window-grants/notice",
    WINDOW,
    answers={200: officer_shapes.ShownWindowNotice},
    refuses=[DUTY_MISSING, SESSION_ENDED],
)
async def read_window_notice(call: Call) -> HTTPResponse:
    """注意事项: what has to be read before papers are uploaded, with its version."""
    notice = officer_shapes.ShownWindowNotice(
        window_grants.NOTICE_VERSION, list(window_grants.NOTICE)
    )
    return as_json(notice)


@routes.add(
    "POST",
    "/materials",
    WINDOW,
    query=officer_bodies.MaterialQuery,
    answers={201: officer_shapes.ShownMaterial},
    refuses=[
        DUTY_MISSING,
        NOT_FOUND,
        INPUT_WRONG,
        FILE_TOO_LARGE,
        FILE_TYPE_UNSUPPORTED,
        CONTENT_MISMATCH,
        SESSION_ENDED,
        CSRF_FAILED,
    ],
    streamed=2 * papers_in.LARGEST,
)
async def add_material(call: Call, query: officer_bodies.MaterialQuery) -> HTTPResponse:
    """Upload a paper for a window grant: the body is the file, PDF, JPG or PNG up to 10 MB."""
    await officer_units.unit_in_scope(call.actor, query.unit_id)
    taken = await papers_in.take_in(call.request, folder_of(call), query.name)
    paper = Paper(taken.id, query.name, taken.mime, taken.size, taken.sha256)
    try:
        row = await window_materials.add(call.tools, call.actor, query.unit_id, paper, now=call.now)
    except BaseException:
        await papers_in.forget(folder_of(call), taken.id)
        raise
    shown = officer_shapes.ShownMaterial(
        row.id, query.name, row.size, row.sha256, row.mime, moment(row.created_at) or ""
    )
    return as_json(shown, 201)


@routes.add(
    "GET",
    "/materials/<material_id:str>",
    WINDOW,
    answers={200: bytes},
    refuses=[DUTY_MISSING, NOT_FOUND, SESSION_ENDED],
    media="application/octet-stream",
)
async def preview_material(call: Call, material_id: str) -> HTTPResponse:
    """A paper to look at, to the officer who uploaded it."""
    paper = await window_materials.read(call.tools, call.actor, material_id)
    async with aiofiles.open(folder_of(call) / paper.id, "rb") as file:
        body = await file.read()
    headers = {"Content-Disposition": "inline", "Cache-Control": "no-store"}
    return HTTPResponse(body, headers=headers, content_type=paper.mime)


@routes.add(
    "DELETE",
    "/materials/<material_id:str>",
    WINDOW,
    answers={204: None},
    refuses=[DUTY_MISSING, NOT_FOUND, STATE_CHANGED, SESSION_ENDED, CSRF_FAILED],
)
async def remove_material(call: Call, material_id: str) -> HTTPResponse:
    """Take an uploaded paper away, as long as no grant was made with it."""
    await window_materials.remove(call.tools, call.actor, material_id, now=call.now)
    await papers_in.forget(folder_of(call), material_id)
    return empty()


@routes.add(
    "POST",
    "/window-grants",
    WINDOW,
    body=officer_bodies.WindowGrantBody,
    answers={201: officer_shapes.ShownWindowGrant},
    refuses=[
        DUTY_MISSING,
        NOT_FOUND,
        WINDOW_GRANT_UNREGISTERED,
        MATERIALS_MISSING,
        STATE_CHANGED,
        INPUT_WRONG,
        SESSION_ENDED,
        CSRF_FAILED,
    ],
    example={
        "unit_id": "01ja000000000000000000000a",
        "notice_version": window_grants.NOTICE_VERSION,
        "materials": ["01ja000000000000000000000b"],
        "clerks": [{"id_type": "08", "id_no": "E12345678", "name": "张三", "phone": "13800138000"}],
        "relation_ids": ["01ja000000000000000000000c"],
    },
)
async def grant_at_window(call: Call, body: officer_bodies.WindowGrantBody) -> HTTPResponse:
    """公共服务单位用户授权: authorise clerks of a unit who came to the window."""
    clerks = [_clerk(place, each) for place, each in enumerate(body.clerks)]
    wanted = WindowRequest(
        body.unit_id,
        body.notice_version,
        tuple(body.materials),
        tuple(clerks),
        tuple(body.relation_ids),
    )
    made = await window_grants.grant(call.tools, call.actor, wanted, now=call.now)
    return as_json(officer_shapes.ShownWindowGrant(made.id, list(made.grants)), 201)


def _clerk(place: int, said: officer_bodies.WindowClerkBody) -> Identity:
    at = f"/clerks/{place}"
    try:
        pointer = f"{at}/id_no"
        document = IdDocument(said.id_type, said.id_no)
        pointer = f"{at}/name"
        name = clean(said.name)
        pointer = f"{at}/phone"
        phone = clean_phone(said.phone)
    except CodeFault as fault:
        raise INPUT_WRONG.refuse(errors=[FieldError(pointer, fault.detail)]) from None
    return Identity(said.id_type, document.number, name, phone)
