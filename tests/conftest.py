"""What every test run begins with."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import sys
import tempfile

import pytest
from hypothesis import settings

from tests.helpers import examples, marks
from tests.helpers.shared_build import BuildOnce, shared_build

# No test reads what another run kept, or leaves anything in the cache of who runs it.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="cudacompat-cache-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

# jsonschema compiles the grammar of internationalized addresses where it finds the package for it, for 1.3 seconds in
# each process. No schema of the tests has such a format.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # how an import is told that there is no such module

# A run started in the background ignores these, and so would every program that a test starts and interrupts.
for _name in ("SIGINT", "SIGHUP"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the golden texts anew, in place of comparing with them."""
    parser.addoption("--golden", action="store_true", help="write tests/golden anew, in place of comparing with it")


settings.load_profile(examples.PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of tests/helpers/marks.py their markers. One that needs a tool is slow, too: it waits for it."""
    for item in items:
        if marks.is_listed(marks.TOOLS, item.nodeid):
            item.add_marker("tools")
            item.add_marker("slow")
        elif marks.is_listed(marks.SLOW, item.nodeid):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """All that was collected stays to the end: each look for garbage in it costs half a second."""
    gc.freeze()


@pytest.fixture(scope="session")
def build_once(tmp_path_factory: pytest.TempPathFactory) -> BuildOnce:
    """`build_once(name, make)` is a directory that `make` filled, once for all processes of a run."""
    return lambda name, make: shared_build(tmp_path_factory, name, make)
