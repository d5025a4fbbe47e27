"""cudacompat: says whether compiled CUDA code runs on a GPU, why not, and what cures it.

As a library, all names of `cudacompat.api` are here; they are imported at first use, so that `import cudacompat` costs
nothing.
"""

TYPE_CHECKING = False  # as type checkers know it: `typing` takes milliseconds to import

if TYPE_CHECKING:
    from cudacompat.api import Artifact as Artifact
    from cudacompat.api import CheckResult as CheckResult
    from cudacompat.api import CudacompatError as CudacompatError
    from cudacompat.api import CudaRelease as CudaRelease
    from cudacompat.api import Diagnosis as Diagnosis
    from cudacompat.api import Finding as Finding
    from cudacompat.api import Gpu as Gpu
    from cudacompat.api import Image as Image
    from cudacompat.api import Inspection as Inspection
    from cudacompat.api import Module as Module
    from cudacompat.api import NotRead as NotRead
    from cudacompat.api import Outcome as Outcome
    from cudacompat.api import Requirement as Requirement
    from cudacompat.api import Severity as Severity
    from cudacompat.api import Step as Step
    from cudacompat.api import Verdict as Verdict
    from cudacompat.api import check as check
    from cudacompat.api import cuda_releases as cuda_releases
    from cudacompat.api import doctor as doctor
    from cudacompat.api import find_gpus as find_gpus
    from cudacompat.api import inspect_path as inspect_path
    from cudacompat.api import judge as judge

__version__ = "0.1.0"

__all__ = [
    "Artifact",
    "CheckResult",
    "CudaRelease",
    "CudacompatError",
    "Diagnosis",
    "Finding",
    "Gpu",
    "Image",
    "Inspection",
    "Module",
    "NotRead",
    "Outcome",
    "Requirement",
    "Severity",
    "Step",
    "Verdict",
    "__version__",
    "check",
    "cuda_releases",
    "doctor",
    "find_gpus",
    "inspect_path",
    "judge",
]


def __getattr__(name: str) -> object:
    if name in __all__:
        from cudacompat import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
