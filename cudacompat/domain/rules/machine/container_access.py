"""The container was not given what CUDA needs of the GPU.

What it finds: inside a container, NVIDIA_VISIBLE_DEVICES that asks for no GPU (`void`, `none`), driver capabilities
without `compute`, an image whose NVIDIA_REQUIRE_CUDA the driver does not meet, device files without nvidia-uvm, and
Apptainer without --nv.

Why it matters: the container starts, nvidia-smi may even work in it, and CUDA programs find no device or no libcuda.

Example: NVIDIA_DRIVER_CAPABILITIES=utility in a Dockerfile: nvidia-smi works, every CUDA program fails.

What to do: start the container with its GPUs and with the capabilities `compute,utility`; update the host's driver
where the image requires a newer one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.machine.facts import Found, Missing
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_DEVICES = "NVIDIA_VISIBLE_DEVICES"
_CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES"
_REQUIRE = "NVIDIA_REQUIRE_CUDA"
_CONDITION = re.compile(r"(cuda|driver)(>=|<=|=|>|<|!=)(\d+(?:\.\d+)*)")


def check(machine: Machine) -> Iterable[Finding]:
    """One finding for each thing that this container lacks."""
    if machine.facts.container.inside:
        yield from lacking(machine)
        yield from _requirement(machine)


def lacking(machine: Machine) -> Iterable[Finding]:
    """Return a finding for each part of the GPU that a container was not given."""
    devices = (machine.variable(_DEVICES) or "").strip().lower()
    if not machine.gpus and ("void" in devices.split(",") or devices == "none"):
        yield _finding(
            machine,
            f"{_DEVICES}={devices} gives this container no GPU",
            "with void the runtime mounts nothing, with none the driver's libraries without a GPU",
            help_=f"start the container with {_DEVICES}=all, or with --gpus all",
        )
    wanted = machine.variable(_CAPABILITIES)
    if wanted and not {"compute", "all"} & {each.strip() for each in wanted.split(",")}:
        yield _finding(
            machine,
            f"{_CAPABILITIES}={wanted} gives this container no libcuda",
            "without compute the runtime mounts no libcuda; nvidia-smi needs only utility",
            help_=f"set {_CAPABILITIES}=compute,utility",
        )
    nodes = dict(machine.facts.driver_files.nodes)
    if "nvidiactl" in nodes and "nvidia-uvm" not in nodes and not machine.is_wsl:
        yield _finding(
            machine,
            "this container has no /dev/nvidia-uvm",
            "CUDA needs it in addition to /dev/nvidiactl and /dev/nvidiaN",
            help_="give the container all device files: docker run --gpus all, or --device nvidia.com/gpu=all",
        )
    libcuda = machine.facts.libcuda
    if machine.facts.container.kind == "apptainer" and not machine.gpus and isinstance(libcuda, Missing):
        yield _finding(
            machine,
            "this Apptainer container was started without the driver's libraries",
            "Apptainer binds them with --nv only",
            help_="start the container with --nv",
        )


def _requirement(machine: Machine) -> Iterable[Finding]:
    """A finding if the image asks for a newer driver. Alternatives stand between spaces, conditions between commas; a
    condition about the brand or the architecture counts as met."""
    required = machine.variable(_REQUIRE)
    if not required or (machine.variable("NVIDIA_DISABLE_REQUIRE") or "").lower() in ("1", "true"):
        return
    cuda = machine.facts.driver.value.cuda if isinstance(machine.facts.driver, Found) else None
    known = {
        "cuda": (cuda.major, cuda.minor) if cuda is not None else None,
        "driver": machine.driver.parts if machine.driver is not None else None,
    }
    if known["cuda"] is None or any(_is_met(each, known) for each in required.split()):
        return
    yield _finding(
        machine,
        f"this image requires a newer driver than the one here (CUDA {cuda})",
        "the image was built for a newer CUDA release; parts of it fail with this driver",
        help_="update the driver of the host, or use an image for an older CUDA release",
        found=f"{_REQUIRE}={required:.120}",
        severity=Severity.WARNING,
    )


def _is_met(conditions: str, known: dict[str, tuple[int, ...] | None]) -> bool:
    for condition in conditions.split(","):
        match = _CONDITION.fullmatch(condition.strip())
        have = known.get(match[1]) if match is not None else None
        if match is None or have is None:
            continue
        wanted = tuple(int(part) for part in match[3].split("."))
        have = have[: len(wanted)]
        met = {
            ">=": have >= wanted,
            "<=": have <= wanted,
            "=": have == wanted,
            ">": have > wanted,
            "<": have < wanted,
            "!=": have != wanted,
        }
        if not met[match[2]]:
            return False
    return True


def _finding(
    machine: Machine, message: str, why: str, help_: str, *, found: str | None = None, severity: Severity | None = None
) -> Finding:
    return Finding(
        id=RULE.id, severity=severity or machine.severity, path=None, message=message, found=found, why=why, help=help_
    )


RULE = Rule("container-access", "The container lacks a part of the GPU", __doc__, check)
