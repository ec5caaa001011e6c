"""`python -m vaxcert`."""

import sys

from vaxcert.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
