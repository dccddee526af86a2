"""The requests of the authorisation matrix that are about grants."""

from tests.registered import an_identity
from tests.rules.authz_sent import Cell, Sent
from tests.rules.authz_world import OWN, Side, World

_NOBODYS_ID = "01ja000000000000000000000a"
_CLERK = {"id_type": "01", "name": "钱某", "phone": "13800138000"}


def grant_request(cell: Cell, world: World, side: Side | None) -> Sent:
    """Grants of a unit, and one's own requests; right in everything but, perhaps, who sends it."""
    caller = world.callers[cell.caller]
    if cell.path == "/api/v1/grants" and cell.method == "POST":
        clerk = {**_CLERK, "id_no": an_identity().id_no}
        relations = [caller.relation] if caller.relation else [_NOBODYS_ID]
        return Sent(cell.path, {"clerk": clerk, "relation_ids": relations})
    if cell.path.startswith("/api/v1/grant-requests"):
        path = cell.path.replace("{id}", side.asks.id if side else _NOBODYS_ID)
        body = {"uscc": world.sides[OWN].elsewhere.uscc} if cell.method == "POST" else None
        return Sent(path, body)
    if cell.path.startswith("/api/v1/session/grants"):
        return Sent(cell.path.replace("{id}", side.clerk.grant.id if side else _NOBODYS_ID))
    verb = cell.path.rpartition("/")[2]
    path = cell.path.replace("{id}", _grant(verb, side))
    if cell.method == "GET":
        return Sent(path)
    said: dict[str, object] = {"reason": "人员离职"}
    if verb in ("{id}", "approve"):
        said = {"valid_to": "2030-06-30T16:00:00Z"}
    return Sent(path, None if verb == "resume" else said, headers={"If-Match": '"1"'})


def _grant(verb: str, side: Side | None) -> str:
    if side is None:
        return _NOBODYS_ID
    if verb in ("approve", "deny"):
        return side.asked.id
    return side.paused.id if verb == "resume" else side.clerk.grant.id
