"""The sealed columns of a natural person, shared by every table that names one."""

from dataclasses import dataclass
from typing import Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from models.names import normalise
from models.sealed import Vault
from models.vocabulary import IdType


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, in clear: only ever in memory. phone may be unknown."""

    id_type: IdType
    id_no: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityIndex:
    """The blind indexes 盲索引 by which an identity is found without being opened."""

    id_no: str
    name: str


def index_identity(vault: Vault, identity: Identity) -> IdentityIndex:
    """Blind indexes of a document number (upper-cased, with its kind) and of a normalised name."""
    return IdentityIndex(
        id_no=vault.index("id_no", identity.id_type.value, identity.id_no.upper()),
        name=vault.index("name", normalise(identity.name)),
    )


@dataclass(frozen=True, slots=True)
class IndexCandidates:
    """The blind indexes under every key still in use: what to look for during a rotation."""

    id_nos: tuple[str, ...]
    names: tuple[str, ...]


def index_candidates(vault: Vault, identity: Identity) -> IndexCandidates:
    """Blind indexes of an identity under the newest key and those before it."""
    return IndexCandidates(
        id_nos=vault.index_candidates("id_no", identity.id_type.value, identity.id_no.upper()),
        names=vault.index_candidates("name", normalise(identity.name)),
    )


class IdentityColumns(Model):
    """Document number, name and phone: sealed for reading, indexed for matching (domain §4.3)."""

    id = fields.CharField(max_length=26, primary_key=True)
    id_type = fields.CharEnumField(IdType, max_length=2)
    id_no_sealed = fields.BinaryField()
    id_no_index = fields.CharField(max_length=40)
    name_sealed = fields.BinaryField()
    name_index = fields.CharField(max_length=40)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=40, null=True)

    SEALED: ClassVar[tuple[str, ...]] = ("id_no", "name", "phone")

    class Meta:
        abstract = True

    def open(self, vault: Vault) -> Identity:
        """The identity in clear. Raises SealBroken when a column was tampered with."""
        table = self._meta.db_table
        phone = self.phone_sealed
        return Identity(
            id_type=self.id_type,
            id_no=vault.open(self.id_no_sealed, aad=f"{table}.id_no.{self.id}"),
            name=vault.open(self.name_sealed, aad=f"{table}.name.{self.id}"),
            phone=vault.open(phone, aad=f"{table}.phone.{self.id}") if phone else None,
        )

    def blobs(self) -> list[bytes]:
        """The row's sealed values, as they are kept."""
        kept = (self.id_no_sealed, self.name_sealed, self.phone_sealed)
        return [bytes(blob) for blob in kept if blob]

    def resealed(self, vault: Vault) -> dict[str, Any]:
        """The row's sealed columns and indexes anew. Raises SealBroken."""
        columns = self.sealed(vault, self.id, self.open(vault))
        del columns["id"]
        return columns

    @classmethod
    def sealed(cls, vault: Vault, row_id: str, identity: Identity) -> dict[str, Any]:
        """The columns for a row with this id, bound to table, column and row: none can be moved."""
        table, index = cls._meta.db_table, index_identity(vault, identity)
        phone = identity.phone
        return {
            "id": row_id,
            "id_type": identity.id_type,
            "id_no_sealed": vault.seal(identity.id_no, aad=f"{table}.id_no.{row_id}"),
            "id_no_index": index.id_no,
            "name_sealed": vault.seal(identity.name, aad=f"{table}.name.{row_id}"),
            "name_index": index.name,
            "phone_sealed": vault.seal(phone, aad=f"{table}.phone.{row_id}") if phone else None,
            "phone_index": vault.index("phone", phone) if phone else None,
        }
