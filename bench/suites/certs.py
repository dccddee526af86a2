"""The daily scan of certificates (G14): what a reminder costs in a small and in a large table."""

import base64
import secrets

from bench.product import _command
from bench.record import SuiteResult
from bench.run import Run
from bench.stats import Estimate
from bench.stores import scratch_database
from bench.suites.delivery import program

LIMIT_S, QUICK_S = 400.0, 60.0
FEW = 10_000
SCANNING = "bench.load.scanning"


async def measure(run: Run) -> SuiteResult:
    """The same number due in a table of ten thousand and of a million, then ten times as many."""
    result = SuiteResult("certs")
    many = 100_000 if run.quick else 1_000_000
    async with scratch_database("certs") as database:
        environment = {
            "ZB_DATABASE_URL": database.url,
            "ZB_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "ZB_PUBLIC_URL": "http://127.0.0.1:1",
        }
        _command("migrate", environment)
        found = await program(environment, SCANNING, str(FEW), str(many))
    result.facts["seconds per reminder"] = found
    result.given["G14.size"] = Estimate.exact(found[str(many)] / found[str(FEW)])
    result.given["G14.due"] = Estimate.exact(10 * found["ten times due"] / found[str(many)])
    return result
