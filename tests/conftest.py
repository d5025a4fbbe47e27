"""What every test run begins with."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile

# No test reads what another run kept, or leaves anything in the cache of who runs it.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="cudacompat-cache-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

# A run started in the background ignores these, and so would every program that a test starts and interrupts.
for _name in ("SIGINT", "SIGHUP"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)
