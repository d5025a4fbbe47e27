"""What llama.cpp, and ollama on top of it, print where they go on without a GPU."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import LineAddition, LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity
from cudacompat.engines.ggml.log_lines import NO_BACKEND as _REASONS

_CPU: tuple[Signature, ...] = (
    Signature(
        id="llama-no-offload",
        title="llama.cpp was built without a GPU backend and ignores --gpu-layers",
        patterns=(
            "not compiled with GPU offload support, --gpu-layers option will be ignored",
            "no usable GPU found, --gpu-layers option will be ignored",
        ),
        sample="warning: not compiled with GPU offload support, --gpu-layers option will be ignored",
        cause="The build has no GPU backend, or none could be loaded, so everything runs on the CPU.",
        does_not_mean="the architecture",
        fix="Build with -DGGML_CUDA=ON, and look for `found 1 CUDA devices` at the start.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=_REASONS,
        sources=("ggml-org/llama.cpp#9153", "ggml-org/llama.cpp#9343"),
    ),
    Signature(
        id="llama-nothing-offloaded",
        title="no layer of the model is on the GPU",
        severity=Severity.WARNING,
        patterns=("offloaded 0/<layers:num> layers to GPU",),
        sample="load_tensors: offloaded 0/33 layers to GPU",
        cause="--n-gpu-layers is 0 or missing, no GPU backend is in the build, or the memory did not suffice.",
        does_not_mean="the architecture",
        fix="-ngl 99; if it stays at 0, look for the lines of ggml_cuda_init.",
        after=(*_REASONS, "llama-no-offload"),
        sources=("ollama/ollama#12303", "ollama/ollama llm/llama_server.go"),
    ),
    Signature(
        id="ollama-cpu",
        title="ollama found no usable GPU",
        patterns=(
            'msg="Discovered GPU libraries: []"',
            'msg="no compatible GPUs were discovered"',
            "no compatible GPUs were discovered",
            'msg="inference compute" id=cpu library=cpu',
            "no nvidia devices detected by library",
            'msg="no nvidia devices detected"',
        ),
        sample='time=2025-01-29T09:00:00.000Z level=INFO source=gpu.go:392 msg="no compatible GPUs were discovered"',
        cause="libcuda was not found or lists no device, or ollama's own CUDA libraries are not next to the binary.",
        does_not_mean="an unsupported GPU, unless a level=WARN line above says so",
        fix="In containers use --gpus all. Install ollama with its lib/ollama directory. OLLAMA_DEBUG=1 prints "
        "the search.",
        after=(
            *_REASONS,
            "ollama-driver-too-old",
            "ollama-cuda-init",
            "ollama-cudart-unusable",
            "ollama-driver-lacks-function",
            "ollama-gpu-too-old",
            "ollama-device-skipped",
            "ollama-discovery-crashed",
        ),
        sources=("ollama/ollama#8674", "ollama/ollama#8532", "ollama/ollama#9885"),
    ),
    Signature(
        id="ollama-cpu-without-avx",
        title="ollama uses no GPU, because the processor shows no AVX",
        patterns=("CPU does not have minimum vector extensions, GPU inference disabled",),
        sample='level=WARN source=gpu.go:252 msg="CPU does not have minimum vector extensions, GPU inference disabled. '
        'Required:avx Detected:no vector extensions"',
        cause="Until 0.5 ollama's GPU builds needed AVX. A virtual machine hides it where its processor is "
        "not the host's, "
        "and so do Windows with Hyper-V on some machines and processors before 2011.",
        does_not_mean="the GPU or its driver",
        fix="Update ollama; in a virtual machine pass the host's processor on (cpu type host).",
        severity=Severity.WARNING,
        sources=("ollama/ollama#7585", "ollama/ollama#2187"),
    ),
    Signature(
        id="ollama-cuda-init",
        title="ollama's start of CUDA failed (error {code})",
        patterns=(
            "cuda driver library init failure: <code:num>",
            "cuda driver library failed to get device context <code:num>",
        ),
        sample='level=WARN source=gpu.go:605 msg="unknown error initializing cuda driver library '
        "/usr/lib/x86_64-linux-gnu/"
        'libcuda.so.550.90.07: cuda driver library init failure: 999"',
        cause="cuInit returned the number at the end: 999 is a kernel side that is not usable (nvidia_uvm), 100 no "
        "visible GPU, 3 and 46 see their pages.",
        does_not_mean="ollama's support for the GPU",
        fix="sudo nvidia-modprobe -u; restart the container or the machine; in containers mount /dev/nvidia-uvm.",
        command="cudacompat explain {code}",
        distinct=("code",),
        sources=("ollama/ollama@ef757da (2024-07-03), discover and gpu",),
    ),
)

_OLLAMA: tuple[Signature, ...] = (
    Signature(
        id="ollama-discovery-crashed",
        title="ollama's search for GPUs crashed, so that it uses the CPU",
        patterns=(
            'msg="failure during llama-server GPU discovery"',
            'msg="failure during GPU discovery"',
        ),
        sample='level=INFO source=runner.go:513 msg="failure during llama-server GPU discovery" '
        'OLLAMA_LIBRARY_PATH="[/usr/lib/ollama]" extra_envs=map[] error="llama-server process exited"',
        cause="The process that loads ollama's CUDA libraries to list the GPUs ended: 0xc0000005 and SIGSEGV are a "
        "crash in the driver or in those libraries, a timeout is a driver that hangs.",
        does_not_mean="an old GPU: ollama names and skips such a GPU",
        fix="Install another release of the driver, and reinstall ollama so that no library of an older release is "
        "left. OLLAMA_DEBUG=1 prints what was loaded last; OLLAMA_LLM_LIBRARY=cuda_v12 leaves the other build out.",
        sources=("ollama/ollama#16925", "ollama/ollama#16957", "ollama/ollama#17375"),
    ),
    Signature(
        id="ollama-cudart-unusable",
        title="ollama could not use the CUDA runtime: the driver is missing or too old",
        patterns=(
            "your nvidia driver is too old or missing. If you have a CUDA GPU please upgrade to run ollama",
            'msg="unable to load cudart library" library=<library:word> error=',
            "cudaSetDevice err: 35",
            "cudart init failure: <code:num>",
        ),
        sample='level=WARN source=gpu.go:568 msg="unable to load cudart library" '
        'library=/usr/lib/ollama/libcudart.so.12.4.99 error="your nvidia driver is too old or missing.  If you have '
        "a CUDA GPU "
        'please upgrade to run ollama"',
        cause="cudart returned error 35: no libcuda is visible to the service, or the driver is older than this "
        "runtime.",
        does_not_mean="the GPU; a missing toolkit",
        fix="Check nvidia-smi as the user of the service; in containers start with --gpus all; else update the driver.",
        command="cudacompat doctor",
        cases=(
            Case(
                when=("nix",),
                fix="On NixOS the driver is in /run/opengl-driver/lib: use services.ollama with acceleration = "
                '"cuda" and '
                "hardware.graphics.enable, or give the service that directory in LD_LIBRARY_PATH.",
                command="ls /run/opengl-driver/lib/libcuda.so.1",
            ),
            Case(
                when=("wsl",),
                fix="Update the NVIDIA driver in Windows; in WSL /usr/lib/wsl/lib has libcuda.so.1 and must be in "
                "LD_LIBRARY_PATH of the service.",
                command="ls /usr/lib/wsl/lib/libcuda.so.1",
            ),
        ),
        sources=("NixOS/nixpkgs#349617", "ollama/ollama@ef757da (2024-07-03), gpu"),
    ),
    Signature(
        id="ollama-driver-lacks-function",
        title="the driver is too old for this ollama: its libcuda lacks {symbol}",
        patterns=(
            'msg="unable to load <...> library" library=<library:word> error="symbol lookup for <symbol:cusym> failed',
            "symbol lookup for <symbol:cusym> failed: <...>undefined symbol",
        ),
        sample='level=INFO source=gpu.go:602 msg="unable to load cudart library" '
        'library=/usr/lib/x86_64-linux-gnu/libcuda.so.450.248.02 error="symbol lookup for cuCtxCreate_v3 failed: '
        'undefined symbol: cuCtxCreate_v3"',
        cause="This ollama asks libcuda for a function that came with a newer driver. It leaves the GPU out and uses "
        "the CPU.",
        does_not_mean="the GPU; a missing toolkit",
        fix="Update the driver to the newest branch that supports the GPU, or use an older ollama.",
        command="cudacompat doctor",
        sources=("ollama/ollama discover/gpu_info_nvcuda.c",),
    ),
    Signature(
        id="ollama-gpu-too-old",
        title="ollama leaves the GPU out: its compute capability {cc} is too low",
        patterns=(
            "CUDA GPU is too old. Compute Capability detected: <cc:ver>",
            "CUDA GPU is too old. Compute Capability detected",
            'msg="GPU is too old"',
        ),
        sample='level=INFO source=gpu.go:113 msg="[0] CUDA GPU is too old. Compute Capability detected: 3.7"',
        cause="ollama's CUDA 12 libraries begin at 5.0, those of CUDA 13 at 7.5. The CPU does the work.",
        does_not_mean="the driver",
        fix="For 3.5 and 3.7 build ollama with CUDA 11; for 5.0 to 7.0 use its CUDA 12 libraries "
        "(lib/ollama/cuda_v12).",
        command="export OLLAMA_LLM_LIBRARY=cuda_v12",
        sources=("ollama/ollama docs/gpu.md",),
    ),
    Signature(
        id="ollama-device-skipped",
        title="ollama skips a GPU that is not in the list of its CUDA library",
        severity=Severity.WARNING,
        patterns=("skipping CUDA device — compute capability not in compiled architectures", "skipping CUDA device"),
        sample='level=INFO msg="skipping CUDA device — compute capability not in compiled architectures" '
        'device="NVIDIA GeForce GTX '
        '1080" cc=610 archs="[750 800 860 890 900 1000 1030 1200]"',
        cause="Each of ollama's CUDA directories (cuda_v12, cuda_v13) is asked in turn; the one named here has no "
        "code for the "
        "GPU. Another one may serve it.",
        does_not_mean="ollama's support for the GPU, if a later line lists it",
        fix="Check that lib/ollama has cuda_v12 too: it serves 5.0 to 12.0. A package with CUDA 13 alone has nothing "
        "below "
        "7.5.",
        sources=("ollama/ollama discover/llama_server.go",),
    ),
)

# error 209 in ollama: which of its CUDA libraries was loaded
_OLLAMA_NO_IMAGE = (
    Case(
        when=("ollama", "gpu<7.5"),
        cause="The loaded libggml-cuda is ollama's build with CUDA 13, which has nothing below 7.5 (variant=v13 in "
        "its log).",
        fix="Use ollama's CUDA 12 build for this GPU: the directory lib/ollama/cuda_v12 of the official package (a "
        "distribution's package may have CUDA 13 only), selected by OLLAMA_LLM_LIBRARY.",
        command="export OLLAMA_LLM_LIBRARY=cuda_v12",
    ),
    Case(
        when=("ollama",),
        fix="Update ollama to a release whose CUDA libraries have {label} (cuda_v12 serves 5.0 to 12.0, cuda_v13 7.5 "
        "and "
        "higher), and remove libraries of an earlier installation from lib/ollama.",
        command="ollama --version",
    ),
)

LINES = LogLines(
    groups=(
        SignatureGroup("Silent use of the CPU", _CPU, before="jax-cpu"),
        SignatureGroup("ggml: whisper.cpp, llama.cpp and what is built on them", _OLLAMA),
    ),
    additions=(LineAddition(id="cuda-no-kernel-image", cases=_OLLAMA_NO_IMAGE),),
    signs=(
        LogSign(
            "ollama",
            re.compile(r"\bollama\b", re.IGNORECASE),
            (b'msg="inference compute"', b"lib/ollama/", b"OLLAMA_HOST"),
            "ollama",
        ),
    ),
)
