"""The values that switch an option on or off: CMake's true and false constants, which setup.py files write as well.

Source: cmake.org/cmake/help/latest/command/if.html, Constant. A number other than 0 and 1 counts as neither.
"""

from __future__ import annotations

ON = ("on", "1", "true", "yes", "y")
OFF = ("off", "0", "false", "no", "n", "")


def is_on(value: str | None) -> bool:
    """Whether this value, in letters of any size, switches an option on; an option that is not given has none."""
    return value is not None and value.strip().lower() in ON


def is_off(value: str | None) -> bool:
    """Whether this value, in letters of any size, switches an option off; an option that is not given has none."""
    return value is not None and value.strip().lower() in OFF
