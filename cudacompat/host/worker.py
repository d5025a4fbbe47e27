"""Processes of this program's own that each work on one item at a time. A process that dies costs one item.

Not `multiprocessing`: its processes look for modules in the current folder first, where a stranger's files may lie.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_CHILD = Path(__file__).with_name("worker_child.py")
_LENGTH = struct.Struct("<Q")
_AHEAD = 4  # items a process that are begun before their turn comes
