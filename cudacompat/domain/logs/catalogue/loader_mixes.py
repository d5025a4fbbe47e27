"""What the loader says where files of different releases meet, or a stub is found in the place of the driver."""

from __future__ import annotations

from cudacompat.domain.logs.catalogue.library_statuses import status_line
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

_LIBRARIES = "(cuda*|cublas*|cudnn*|cufft*|curand*|cusparse*|cusolver*|nvrtc*|nccl*|npp*|nvJitLink*)"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="cuda-library-older",
        title="the {library} that is loaded is too old: it has no {symbol}",
        patterns=(
            "ImportError: <file:word>: undefined symbol: <symbol:word>, version <library:cudaso>",
            "symbol lookup error: <file:word>: undefined symbol: <symbol:word>, version <library:cudaso>",
            "undefined symbol: <symbol:word>, version <library:cudaso>",
            "undefined symbol: <symbol:word> version <library:cudaso>",
            "symbol <symbol:word> version <library:cudaso> not defined in file",
            "symbol <symbol:word>, version <library:cudaso> not defined in file",
        ),
        sample="ImportError: /opt/env/rmm.so: symbol cudaMemPoolCreate version libcudart.so.11.0 not defined in file "
        "libcudart.so.11.0 with link time reference",
        cause="The program was built with a later minor release of the library. All of one major release share the "
        "file name, and an older copy is found first: in the environment, in /usr/local/cuda or in LD_LIBRARY_PATH.",
        does_not_mean="the driver; the GPU; a library that is missing",
        fix="Install the library of the release that the program was built with, or newer (conda: cuda-version or "
        "cudatoolkit, pip: the nvidia- packages), and take older copies out of LD_LIBRARY_PATH.",
        command="env -u LD_LIBRARY_PATH python -c 'import sys'",
        distinct=("library", "symbol"),
        sources=("rapidsai/cudf#9091", "rapidsai/cudf#9622"),
    ),
    Signature(
        id="cuda-name-not-loaded",
        title="a module needs {symbol}, and no loaded CUDA library has it",
        patterns=(
            f"ImportError: <file:word>: undefined symbol: <symbol:{_LIBRARIES}>",
            f"OSError: <file:word>: undefined symbol: <symbol:{_LIBRARIES}>",
            f"symbol lookup error: <file:word>: undefined symbol: <symbol:{_LIBRARIES}>",
        ),
        sample="ImportError: /opt/env/lib/python3.7/site-packages/torch/lib/libtorch.so.1: undefined symbol: "
        "nvrtcGetProgramLogSize",
        cause="The library that has the function is not loaded, is another release without it, or the module was "
        "linked without it.",
        does_not_mean="the GPU; the driver",
        fix="Install the CUDA libraries of the release that the module was built with in the same environment, let "
        "LD_LIBRARY_PATH name one release only, and reinstall or rebuild the module.",
        command="ldconfig -p",
        distinct=("symbol",),
        sources=("NixOS/nixpkgs#67468", "NixOS/nixpkgs#51671"),
    ),
    Signature(
        id="nvml-stub-library",
        title="the program loaded the stub of libnvidia-ml in place of the driver's library",
        patterns=("You should always run with libnvidia-ml.so that is installed with your",),
        sample="WARNING:\n\nYou should always run with libnvidia-ml.so that is installed with your\nNVIDIA Display "
        "Driver.",
        cause="The toolkit has a stub of libnvidia-ml.so for the link step (…/lib64/stubs), and LD_LIBRARY_PATH or a "
        "RUNPATH has its directory. Its functions only print this.",
        does_not_mean="a missing driver: the real library comes later in the search path",
        fix="Keep the directory of stubs for linking (-L, LIBRARY_PATH), and remove it from LD_LIBRARY_PATH.",
        command="ldconfig -p",
        sources=("NVIDIA/DALI#1863",),
    ),
    Signature(
        id="ldd-no-libcuda",
        title="the loader finds no libcuda.so.1 here",
        severity=Severity.WARNING,
        patterns=("libcuda.so.1 => not found",),
        sample="libcuda.so.1 => not found",
        cause="libcuda.so.1 is part of the driver. In an image build it is never there, and that is right: the runtime "
        "brings it when the container starts. A program that is started here would not find it.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Run it where the driver is: start containers with --gpus all (apptainer --nv); with Nix name "
        "/run/opengl-driver/lib, or the directory of the host's libcuda.so.1, in LD_LIBRARY_PATH.",
        command="ldconfig -p",
        sources=("NixOS/nixpkgs#46032",),
    ),
    status_line(
        "nvvm-ir-version",
        ("nvvm", "NVVM_ERROR_", "IR_VERSION_MISMATCH=3"),
        title="libNVVM reads another version of its input than the program writes",
        cause="numba, Taichi and CUDA.jl write NVVM's language as one CUDA release reads it, and the libNVVM that was "
        "found is of another: a newer toolkit with an older package, or the contrary.",
        not_="a broken GPU; the driver",
        fix="Update the package (numba with numba-cuda), or let it find the libNVVM of a CUDA release that it knows: "
        "CUDA_HOME, or the nvidia- packages in the same environment.",
        source="NVIDIA-NeMo/Speech#8652",
    ),
    Signature(
        id="cycles-context-failed",
        title="Blender (Cycles) could not use CUDA's context: {what}",
        patterns=(
            "Failed to create CUDA context (<what:text>)",
            "Failed to configure CUDA context (<what:text>)",
            "Invalid context in cu<call:word>(",
            "Illegal address in cu<call:word>(",
            "Launch failed in cu<call:word>(",
        ),
        sample="Failed to configure CUDA context (Invalid context)",
        cause="The driver refused the call: another program holds the GPU, the driver is of another time than this "
        "Blender, or CUDA is emulated (ZLUDA).",
        does_not_mean="the scene",
        fix="Update the driver and Blender, close other programs on the GPU, and start again; on a GPU of AMD use HIP.",
        command="nvidia-smi",
        sources=("vosen/ZLUDA#186", "blender/cycles src/device/cuda/util.cpp"),
    ),
    Signature(
        id="cuda-graphs-left-out",
        title="the program decodes without CUDA graphs, for which the driver is too old",
        severity=Severity.WARNING,
        patterns=(
            "No conditional node support for Cuda",
            "Driver supports cuda toolkit version <found:text>, but the driver needs to support at least",
        ),
        sample="[NeMo W 2026-04-16 13:14:00 label_looping_base:109] No conditional node support for Cuda.",
        cause="Loops within a CUDA graph need a driver of CUDA 12.3 or newer. The program continues without them, more "
        "slowly.",
        does_not_mean="an error; a broken GPU",
        fix="Update the driver, if the speed matters.",
        command="nvidia-smi",
        sources=("NVIDIA-NeMo/Speech#15615",),
    ),
    Signature(
        id="llamafile-no-gpu-module",
        title="the program has no CUDA module for this machine, and did not make one",
        patterns=(
            "support for --gpu nvidia was explicitly requested, but it wasn't available",
            "support for --gpu <vendor:(nvidia|NVIDIA)> was explicitly requested",
        ),
        sample="fatal error: support for --gpu nvidia was explicitly requested, but it wasn't available",
        cause="On Linux a llamafile brings no CUDA module that fits every system: it compiles one with nvcc on the "
        "first start, which needs the CUDA Toolkit; or the driver was not found.",
        does_not_mean="a broken GPU",
        fix="Install the CUDA Toolkit so that nvcc is on PATH, and read the lines about nvcc that a start with "
        "--verbose prints; check that nvidia-smi works.",
        command="nvcc --version",
        sources=("mozilla-ai/llamafile#273",),
    ),
)
