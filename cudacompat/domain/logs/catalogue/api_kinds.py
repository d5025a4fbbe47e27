"""What errors of the CUDA runtime and the driver API of one kind have in common, and the line of one of them.

Numbers, the runtime's names and texts: `cudaGetErrorName` and `cudaGetErrorString` of libcudart 13.5 (called); the
driver's names: `CUresult` in cuda.h of CUDA 13.5. What each says is what stands beside it there, in other words.
"""

from __future__ import annotations

import re
from enum import Enum

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

_SOURCES = (
    "number, names and text: libcudart 13.5 and cuda.h 13.5",
    "https://docs.nvidia.com/cuda/cuda-driver-api/group__CUDA__TYPES.html (CUresult)",
)
EARLIER = (
    "cuda-launch-failure",
    "cuda-illegal-address",
    "cuda-device-assert",
    "cuda-no-kernel-image",
    "cuda-unsupported-ptx",
    "cuda-out-of-memory",
    "cuda-misaligned-address",
    "cuda-illegal-instruction",
    "nvrm-xid",
)
# What breaks the recording of a graph, so that the calls after it fail.
_BREAKS_CAPTURE = ("cuda-stream-capture-unsupported", "cuda-stream-capture-implicit", *EARLIER)
_SAYS_LITTLE = 30  # characters: a text shorter than this is looked for behind the words "CUDA error" alone

_SAYS_ENOUGH = 60  # of a longer text no more is looked for, as its end may be on another line


class ApiKind(Enum):
    """Whose fault an error is: what it does not mean, what to do, the command, and what it may be a consequence of."""

    CALL = (
        "a missing architecture; an old driver",
        "Look for the first error above it; then it is the program's or its library's to mend: try a newer release.",
        None,
        EARLIER,
    )
    HARMLESS = (
        "the GPU; the driver; the build",
        "Look for another error: alone this one is an answer, and programs continue after it.",
        None,
        (),
    )
    CAPTURE = (
        "the GPU; the driver; the build",
        "Switch CUDA graphs off in the program (options such as --enforce-eager or --disable-cuda-graph), or call "
        "everything once before the capture.",
        None,
        EARLIER,
    )
    AFTER_CAPTURE = (
        "this call: an earlier one broke the recording",
        "Look for the first error above it; without CUDA graphs it is printed where it happens.",
        None,
        _BREAKS_CAPTURE,
    )
    OLD_API = (
        "a missing architecture",
        "Take a release of the program that uses texture and surface objects: CUDA 12 removed the references.",
        None,
        (),
    )
    LIMIT = (
        "the code for the GPU",
        "Use less of it at once (processes, GPUs, nested launches), or raise the limit that the text names.",
        None,
        (),
    )
    MPS = (
        "the GPU; the build: without MPS the same program runs",
        "Read the logs of the MPS daemon (in /var/log/nvidia-mps), restart the daemon, or run without it.",
        None,
        (),
    )
    HARDWARE = (
        "the program; its build",
        "Read the kernel's log for Xid lines, see to the links and the power of the GPUs, and reset them.",
        "sudo dmesg",
        ("nvrm-off-the-bus",),
    )
    DRIVER = (
        "missing code for the GPU",
        "Let driver, CUDA runtime and licence fit each other; nvidia-smi shows the driver and its CUDA version.",
        "nvidia-smi",
        (),
    )
    CODE = (
        "the driver",
        "Rebuild all of the program with one release of CUDA that supports this GPU.",
        "cudacompat generate {engine} --gpu {gpu}",
        (),
    )
    FILE = (
        "the GPU",
        "Check that the file that the program loads (.cubin, .fatbin, .ptx) is where it looks for it.",
        None,
        (),
    )


def api_error(number: int, names: str, kind: ApiKind, /, text: str, said: str) -> Signature:
    """Return the line of an error. `names` are those of the runtime and of the driver; `text` is the runtime's, empty
    for an error of the driver alone; `said` is "title: cause"."""
    own = tuple(names.split())
    title, _, cause = said.partition(": ")
    does_not_mean, fix, command, after = kind.value
    id_ = _id(own[0])
    pattern = text[: text.find(" ", _SAYS_ENOUGH)] if len(text) > _SAYS_ENOUGH + 8 else text
    pattern = pattern if len(text) >= _SAYS_LITTLE else f"<cuda>{text}"
    return Signature(
        id=id_,
        title=f"{title} (CUDA error {number})",
        code=number,
        names=own,
        patterns=(pattern if text else own[0],),
        sample=f"CUDA error: {text}" if text else f"CUDA error {number}: {own[0]}",
        cause=cause,
        does_not_mean=does_not_mean,
        fix=fix,
        command=command,
        severity=Severity.NOTE if kind is ApiKind.HARMLESS else Severity.ERROR,
        role=Role.GENERAL if kind is ApiKind.HARMLESS else Role.CAUSE,
        after=tuple(each for each in after if each != id_),
        sources=_SOURCES,
    )


def _id(name: str) -> str:
    """`cudaErrorStreamCaptureMerge` and `CUDA_ERROR_KEY_ROTATION` as ids."""
    words = name.removeprefix("CUDA_ERROR_").replace("_", "-").lower()
    if name.startswith("cudaError"):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.removeprefix("cudaError")).lower()
    return f"cuda-{words}"
