"""`python -m cudacompat`.

Python puts the current folder before its own modules here. It is taken out again first, so that a json.py of a project
is never imported; what Python itself imports to get this far only `python -P -m cudacompat` protects.
"""

import os
import sys

if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  pathlib would come from there, too
    del sys.path[0]

from cudacompat.cli.main import main

if __name__ == "__main__":
    main()
