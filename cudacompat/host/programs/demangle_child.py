"""Demangles names: the program that `demangle`, beside it, runs in a process apart, because the names are a stranger's.

The first argument is the folder of the demanglers, the second a file of names with a NUL behind each, the third the
file that gets the results the same way (an empty one where a name is none that is mangled), the fourth how many are
written at once.
"""

from __future__ import annotations

import sys

_LONGEST_NAME = 1 << 13  # bytes: longer ones are left as they are
_LONGEST_TEXT = 1 << 16


def main(home: str, source: str, target: str, at_once: int) -> int:
    """Write a result for each name, in order."""
    sys.path.append(home)
    from pycxxfilt import demangle

    with open(source, "rb") as file:  # noqa: PTH123  pathlib alone would double the start of this process
        names = file.read().split(b"\0")[:-1]
    with open(target, "ab", buffering=0) as out:  # noqa: PTH123
        for start in range(0, len(names), at_once):
            out.write(b"".join(_one(demangle, name) + b"\0" for name in names[start : start + at_once]))
    return 0


def _one(demangle, name: bytes) -> bytes:  # type: ignore[no-untyped-def]
    if len(name) > _LONGEST_NAME:
        return b""
    try:
        text = demangle(name.decode("utf-8"))
    except ValueError:
        return b""
    result = text.encode("utf-8") if text is not None else b""
    return b"" if len(result) > _LONGEST_TEXT or b"\0" in result or result == name else result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], at_once=int(sys.argv[4])))
