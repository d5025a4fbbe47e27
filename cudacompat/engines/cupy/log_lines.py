"""What CuPy prints: it compiles nearly all kernels at run time, by the NVRTC that it finds."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import LineAddition, LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity

_ENVIRONMENT = "cupy-cuda12x 14.2.0 cupy/_environment.py"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="cupy-several-packages",
        title="several CuPy packages are installed over each other",
        severity=Severity.WARNING,
        patterns=("CuPy may not function correctly because multiple CuPy packages are installed",),
        sample="  CuPy may not function correctly because multiple CuPy packages are installed\n  in your "
        "environment:\n\n    "
        "cupy-cuda12x, cupy-cuda13x",
        cause="All of them write into the same directory cupy; the last one wins in part.",
        does_not_mean="the GPU",
        fix="Uninstall all of them, then install the one for the driver's CUDA version: cupy-cuda12x or cupy-cuda13x "
        "(13 "
        "needs a GPU of 7.5 or higher).",
        command="pip uninstall -y cupy cupy-cuda11x cupy-cuda12x cupy-cuda13x",
        sources=(_ENVIRONMENT,),
    ),
    Signature(
        id="cupy-import-failed",
        title="CuPy could not load its libraries",
        patterns=(
            "ImportError: CuPy is not correctly installed",
            "Failed to import CuPy.<+>make sure that the package matches with the version of CUDA",
            "Failed to import CuPy.",
        ),
        sample="ImportError:\n================================================================\nFailed to import "
        "CuPy.\n\nIf you "
        "installed CuPy via wheels (cupy-cudaXXX or cupy-rocm-X-X), make sure that the package matches with the "
        "version of "
        "CUDA or ROCm installed.",
        cause="The package is for another CUDA major release than the installed libraries, or those are not in the "
        "search "
        "path; the original error is at the end of the message.",
        does_not_mean="the GPU",
        fix="Install the package of the CUDA release in use, with its libraries.",
        command="pip install 'cupy-cuda12x[ctk]'",
        after=("cuda-library-missing", "libcuda-missing", "cuda-dll-missing"),
        sources=(_ENVIRONMENT,),
    ),
    Signature(
        id="cupy-no-headers",
        title="CuPy's run-time compiler does not find CUDA's headers",
        patterns=(
            'catastrophic error: cannot open source file "cuda_fp16.h"',
            'catastrophic error: cannot open source file "cuda_runtime.h"',
            "CuPy failed to load libnvrtc",
        ),
        sample="cupy.cuda.compiler.CompileException: /env/cupy/_core/include/cupy/carray.cuh(5): catastrophic error: "
        "cannot "
        'open source file "cuda_fp16.h"',
        cause="NVRTC needs the toolkit's headers; the wheel does not bring them, and CUDA_PATH names no toolkit.",
        does_not_mean="a missing architecture",
        fix="Install the headers as a package, or a toolkit, and set CUDA_PATH.",
        command="pip install 'cupy-cuda12x[ctk]'",
        sources=(_ENVIRONMENT,),
    ),
    Signature(
        id="cupy-no-cuda-path",
        title="CuPy finds no CUDA toolkit",
        severity=Severity.NOTE,
        patterns=(
            "Failed to auto-detect CUDA root directory",
            "CUDA path could not be detected. Set CUDA_PATH environment variable if CuPy fails to load",
        ),
        sample="UserWarning: CUDA path could not be detected. Set CUDA_PATH environment variable if CuPy fails to "
        "load.",
        cause="There is no nvcc on the PATH and CUDA_PATH is not set. With the pip packages of CUDA that is fine.",
        does_not_mean="CuPy itself",
        fix="Nothing, unless loading fails; then set CUDA_PATH.",
        sources=(_ENVIRONMENT,),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("CuPy", _OWN, place=185),),
    additions=(
        LineAddition(
            id="nvrtc-invalid-arch",
            cases=(
                Case(
                    when=("cupy", "gpu<7.5"),
                    title="CuPy uses an NVRTC that no longer knows {label}",
                    cause="CuPy compiles with NVRTC when it runs. NVRTC of CUDA 13 has no target below 7.5: it is "
                    "too new for "
                    "this GPU.",
                    fix="Uninstall cupy-cuda13x and install cupy-cuda12x with the libraries of CUDA 12 (up to 12.9).",
                    command="pip install 'cupy-cuda12x[ctk]'",
                ),
                Case(
                    when=("cupy",),
                    cause="CuPy compiles with NVRTC when it runs, and that NVRTC has no target for this GPU: it is "
                    "too early "
                    "for a new one (12.0 needs NVRTC 12.8), or of CUDA 13 and the GPU is below 7.5.",
                    fix="For a new GPU install a later NVRTC; for one below 7.5 cupy-cuda12x with CUDA 12.9 or "
                    "earlier. "
                    "cupy.show_config() names the NVRTC that is loaded.",
                    command="python -c 'import cupy; cupy.show_config()'",
                ),
            ),
        ),
        LineAddition(
            id="cuda-no-kernel-image",
            cases=(
                Case(
                    when=("cupy",),
                    title="the code that CuPy compiled does not fit the GPU (CUDA error 209)",
                    cause="CuPy compiles with NVRTC when it runs. An NVRTC that is too old for the GPU makes code "
                    "for an older "
                    "target, which the GPU does not load: for 12.0, NVRTC 12.8 is the first that knows it.",
                    does_not_mean="CuPy's build: a CMake build changes nothing",
                    fix="Install a newer NVRTC (of {toolkit}), and delete ~/.cupy/kernel_cache. cupy.show_config() "
                    "names the "
                    "NVRTC that is loaded.",
                    command="python -c 'import cupy; cupy.show_config()'",
                ),
            ),
        ),
        LineAddition(
            id="cuda-invalid-kernel-image",
            cases=(
                Case(
                    when=("cupy",),
                    cause="CuPy loaded a cubin that this driver or GPU does not accept: its cache is from another "
                    "GPU or from "
                    "a newer NVRTC than the driver.",
                    fix="Delete ~/.cupy/kernel_cache, and use NVRTC of a CUDA release not newer than the driver's.",
                    command="python -c 'import cupy; cupy.show_config()'",
                ),
            ),
        ),
    ),
    signs=(LogSign("cupy", re.compile(r"\bcupy(?:x|_backends)?\b"), (b"cupy_backends",), "CuPy"),),
)
