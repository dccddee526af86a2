"""A CA of the tests' own, which answers as it is told."""

from dataclasses import dataclass, field

from handlers.ports import CaAnswer, CaState, RenewalRequest
from models.errors.certificate import CA_UNAVAILABLE


@dataclass(slots=True)
class FakeCa:
    """says None: it does not answer."""

    says: CaAnswer | None = field(default_factory=lambda: CaAnswer(CaState.PENDING))
    asked: list[RenewalRequest] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)

    async def renew(self, request: RenewalRequest) -> CaAnswer:
        self.asked.append(request)
        if self.says is None:
            raise CA_UNAVAILABLE.refuse()
        return self.says

    async def withdraw(self, request_id: str) -> None:
        if self.says is None:
            raise CA_UNAVAILABLE.refuse()
        self.withdrawn.append(request_id)
