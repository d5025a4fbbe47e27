"""What every test run begins with."""

from __future__ import annotations

import signal

import pytest

# A run started in the background ignores these, and so would every program that a test starts and interrupts.
for _name in ("SIGINT", "SIGHUP"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the golden texts anew, in place of comparing with them."""
    parser.addoption("--golden", action="store_true", help="write tests/golden anew, in place of comparing with it")
