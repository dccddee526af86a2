"""Officers of the demonstration sign in with what demo.json says."""

import pyotp

from handlers import officer_logins
from handlers.officer_logins import OfficerAttempt
from models.actor import Actor
from models.officer import Officer
from models.vocabulary import Duty
from server.demo.officers import ensure_officers
from server.hashing import Hashing
from tests.build import DESK, NOW
from tests.server.door import door


async def test_every_officer_of_the_demonstration_can_sign_in(sqlite_url: str) -> None:
    async with door(sqlite_url, password_tries="1000") as front:
        told = await ensure_officers(front.tools.vault, NOW)
        again = await ensure_officers(front.tools.vault, NOW)

        for each in told:
            code = pyotp.TOTP(each["totp_secret"]).at(NOW)
            attempt = OfficerAttempt(each["account"], each["password"], code, DESK)
            opened = await officer_logins.sign_in(
                front.tools, Hashing(), Actor(ip=DESK.ip), attempt, now=NOW
            )
            assert opened.secret

        assert told == again
        assert await Officer.all().count() == len(told)
        assert {duty for each in told for duty in each["duties"]} == {duty.value for duty in Duty}
