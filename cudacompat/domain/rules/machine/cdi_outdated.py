"""A CDI file was made for another release of the driver.

What it finds: a file in /etc/cdi or /var/run/cdi that gives containers NVIDIA's GPUs, and names the libraries of
another driver than the one that runs here.

Why it matters: such a file is a snapshot. After an update of the driver the libraries that it names are gone, and a
container with `--device nvidia.com/gpu=all` does not start, or starts with libraries that do not fit the kernel module.

Example: /etc/cdi/nvidia.yaml of driver 570.86.10 on a machine that was updated to 580.65.06.

What to do: `sudo nvidia-ctk cdi generate --output=FILE`. nvidia-cdi-refresh.service does it at each update.
"""

from __future__ import annotations

from collections.abc import Iterable
from shlex import quote

from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule


def check(machine: Machine) -> Iterable[Finding]:
    """One warning for each file that names another release; none inside a container, whose files are its image's."""
    release = machine.driver
    if release is None or machine.facts.container.inside:
        return
    for path, named in machine.facts.driver_files.cdi:
        if named != str(release):
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                path=None,
                message=f"{path} gives containers driver {named}; the host has {release}",
                found=f"libcuda.so.{named} in {path}",
                why="the file is a snapshot of the driver; what it names is gone, or does not fit the kernel module",
                help="write the CDI file again",
                command=f"sudo nvidia-ctk cdi generate --output={quote(path)}",
            )


RULE = Rule("cdi-outdated", "A CDI file of another driver", __doc__, check)
