"""The NVIDIA driver: its release and the newest CUDA it speaks."""

from __future__ import annotations

import re
from dataclasses import replace

from cudacompat.domain.machine.facts import DriverFacts, Found, Missing
from cudacompat.domain.machine.troubles import Trouble
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverRelease
from cudacompat.host.gpus import libcuda, nvml, smi
from cudacompat.host.surroundings.system import is_wsl
from cudacompat.places.roots import Roots

_RELEASE = re.compile(r"^NVRM version:.*?\s(\d{3,4}(?:\.\d+)+)\s", re.MULTILINE)


def driver(roots: Roots | None = None) -> Found[DriverFacts] | Missing:
    """Return the driver's release and CUDA version: from NVML, else nvidia-smi; what those leave open from the kernel
    module (/proc/driver/nvidia/version) and from libcuda.

    Inside a container the kernel module is the host's, and there even where no GPU was given to the container.
    """
    silent = False
    tried: list[str] = []
    via: list[str] = []
    troubles: list[Trouble] = []
    facts = DriverFacts(None, None)
    for probe in (nvml.driver, smi.driver):
        said = probe(roots)
        troubles += said.troubles
        if isinstance(said, Found):
            facts, via = said.value, [said.found_via]
            break
        tried += said.tried
        if silent := isinstance(said, nvml.NoAnswer):
            tried.append(f"nvidia-smi and {libcuda.LIBRARY} (not asked: they wait for the same driver)")
            break
    module = kernel_module(roots)
    if isinstance(module, Found):
        via += [] if facts.release else [module.found_via]
        facts = replace(facts, release=facts.release or module.value.release, kernel_module=module.value.kernel_module)
    else:
        tried += module.tried
    if facts.cuda is None and not silent:
        cuda = libcuda.version(roots)
        if isinstance(cuda, Found):
            facts = replace(facts, cuda=cuda.value)
            via.append(cuda.found_via)
        else:
            tried += cuda.tried
    if facts.release is None and facts.cuda is None:
        return Missing("driver", tuple(tried), tuple(troubles))
    wsl = " (WSL: the driver is the Windows host's)" if is_wsl(roots) else ""
    return Found(facts, " and ".join(via) + wsl, tuple(troubles))


def release(roots: Roots | None = None) -> DriverRelease | None:
    """Return the driver's release, None where it is not known. The kernel module says it without a process; where the
    system shows none (WSL, Windows), NVML or nvidia-smi do. Which CUDA the driver speaks is not asked."""
    for probe in (kernel_module, nvml.driver, smi.driver):
        said = probe(roots)
        if isinstance(said, Found) and said.value.release is not None:
            return said.value.release
        if isinstance(said, nvml.NoAnswer):
            break  # nvidia-smi waits for the same driver
    return None


def kernel_module(roots: Roots | None = None) -> Found[DriverFacts] | Missing:
    """Return the release and the kind of the loaded kernel module: `open` or `proprietary`. GPUs from Blackwell on
    work with the open one only."""
    file = (roots or Roots.real()).proc / "driver/nvidia/version"
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Missing("driver", (f"{file} (not there)",))
    match = _RELEASE.search(text)
    try:
        release = DriverRelease.parse(match[1]) if match else None
    except ParseError:
        release = None
    if release is None:
        return Missing("driver", (f"{file} (not understood)",))
    return Found(DriverFacts(release, None, "open" if "Open Kernel Module" in text else "proprietary"), str(file))
