"""What is kept of a unit 单位信息, as its legal rep and its clerks see it (contract §7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers.grant_changes import scope_of
from handlers.tools import Tools
from models.errors.system import NOT_FOUND
from models.masking import mask_id_no, mask_name, mask_phone
from models.sealed import Vault
from models.store.session import Session
from models.unit import Agency, Contact, FormerName, LegalRep, Relation, Unit
from models.vocabulary import Role

_NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """A unit with everything around it. values: of the fields, None where nothing is kept.

    relations: those the viewer may act on, with their agencies; editable: whether the viewer may
    change what is changed at once.
    """

    unit: Unit
    values: Mapping[str, str | None]
    relations: tuple[Relation, ...]
    agencies: tuple[Agency, ...]
    former_names: tuple[FormerName, ...]
    editable: bool


async def read(tools: Tools, session: Session) -> UnitInfo:
    """The unit that the session has entered. Refuses: NOT_FOUND.

    A clerk sees names and phones masked, and the relations of the grant.
    """
    unit = await Unit.get_or_none(id=session.unit_id)
    if unit is None:
        raise NOT_FOUND.refuse()
    legal_rep = session.role is Role.LEGAL_REP
    relations = await _relations(session, unit)
    agencies = {each.agency.code: each.agency for each in relations}
    former = await FormerName.filter(unit_id=unit.id).order_by("-until", "-id").limit(_NAMES_SHOWN)
    return UnitInfo(
        unit=unit,
        values=await _values(tools.vault, unit, masked=not legal_rep),
        relations=relations,
        agencies=tuple(agencies.values()),
        former_names=tuple(former),
        editable=legal_rep,
    )


async def contact_values(vault: Vault, unit_id: str) -> dict[str, str | None]:
    """How the unit is reached, in clear; None where nothing was filled in."""
    row = await Contact.get_or_none(unit_id=unit_id)
    if row is None:
        return dict.fromkeys(("contact_name", "contact_phone", "postal_address"))
    return {
        "contact_name": row.open_name(vault),
        "contact_phone": row.open_phone(vault),
        "postal_address": row.postal_address or None,
    }


async def _values(vault: Vault, unit: Unit, *, masked: bool) -> dict[str, str | None]:
    contact = await contact_values(vault, unit.id)
    rep = await LegalRep.get_or_none(unit_id=unit.id, live=True)
    who = rep.open(vault) if rep else None
    name = who.name if who else None
    if masked:
        contact["contact_name"] = _masked(mask_name, contact["contact_name"])
        contact["contact_phone"] = _masked(mask_phone, contact["contact_phone"])
        name = _masked(mask_name, name)
    return {
        **contact,
        "name": unit.name,
        "address": unit.address or None,
        "bank_account": None,
        "uscc": unit.uscc,
        "legal_rep_name": name,
        # On a page that others may look at: whoever it is knows the number.
        "legal_rep_id_no": mask_id_no(who.id_no) if who else None,
    }


def _masked(mask: Callable[[str], str], value: str | None) -> str | None:
    return mask(value) if value else None


async def _relations(session: Session, unit: Unit) -> tuple[Relation, ...]:
    rows = Relation.filter(unit_id=unit.id)
    kind, _, mandate_id = session.mandate.partition(":")
    if kind == "g":
        rows = rows.filter(id__in=list(await scope_of(mandate_id)))
    return tuple(await rows.order_by("id").select_related("agency"))
