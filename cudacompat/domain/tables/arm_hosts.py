"""GPUs that are sold only together with an Arm processor: Jetson and Thor modules, GB10, Grace superchips, and T4G.

T4G is in no machine but AWS's g5g, beside Graviton2: https://aws.amazon.com/ec2/instance-types/g5g/.
"""

from __future__ import annotations

import re

from cudacompat.domain.tables.architectures import ARM_ONLY

_NAMES = re.compile(r"\b(?:GH200|GB10|GB200|GB300|T4G|DGX Spark|Jetson|Grace)\b", re.IGNORECASE)


def is_arm_only(number: int, label: str = "") -> bool:
    """Return True if a GPU of this compute capability (121 for 12.1), or of this name, has an Arm processor in every
    machine."""
    return number in ARM_ONLY or _NAMES.search(label) is not None
