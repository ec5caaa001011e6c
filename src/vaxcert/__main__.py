"""`python -m vaxcert`."""

import sys

from vaxcert.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
