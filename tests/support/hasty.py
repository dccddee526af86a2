"""`python -m tests.support.hasty RESPONSE_S serve …`: the product with another response timeout.

For tests that outlive the timeout; with the product's own they would take minutes.
"""

import sys

from server import app
from server.__main__ import main

if __name__ == "__main__":
    app.RESPONSE_S = int(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
