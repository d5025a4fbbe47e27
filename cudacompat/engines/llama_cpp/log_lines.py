"""What llama.cpp, and ollama on top of it, print where they go on without a GPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity
from cudacompat.engines.ggml.log_lines import NO_BACKEND as _REASONS

_CPU: tuple[Signature, ...] = (
    Signature(
        id="llama-no-offload",
        title="llama.cpp was built without a GPU and ignores --gpu-layers",
        patterns=(
            "not compiled with GPU offload support, --gpu-layers option will be ignored",
            "no usable GPU found, --gpu-layers option will be ignored",
        ),
        sample="warning: not compiled with GPU offload support, --gpu-layers option will be ignored",
        cause="No GPU backend is in the build (or none could be loaded): everything runs on the CPU.",
        does_not_mean="a wrong architecture.",
        fix="Build with -DGGML_CUDA=ON and look for `found 1 CUDA devices` at the start.",
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
        does_not_mean="a wrong architecture.",
        fix="-ngl 99; if it stays at 0, look for the lines of ggml_cuda_init.",
        after=(*_REASONS, "llama-no-offload"),
        sources=("ollama/ollama#12303", "ollama/ollama llm/llama_server.go"),
    ),
    Signature(
        id="ollama-cpu",
        title="ollama found no GPU that it can use",
        patterns=(
            'msg="no compatible GPUs were discovered"',
            "no compatible GPUs were discovered",
            'msg="inference compute" id=cpu library=cpu',
            "no nvidia devices detected by library",
            'msg="no nvidia devices detected"',
        ),
        sample='time=2025-01-29T09:00:00.000Z level=INFO source=gpu.go:392 msg="no compatible GPUs were discovered"',
        cause="libcuda was not found or lists no device, or ollama's own CUDA libraries are missing beside the binary.",
        does_not_mean="that the GPU is unsupported: the lines above with level=WARN say why.",
        fix="In containers --gpus all; install ollama with its lib/ollama folder; OLLAMA_DEBUG=1 prints the search.",
        after=(*_REASONS, "ollama-driver-too-old", "ollama-cuda-init"),
        sources=("ollama/ollama#8674", "ollama/ollama#8532", "ollama/ollama#9885"),
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
        does_not_mean="that the GPU is unsupported by ollama.",
        fix="sudo nvidia-modprobe -u; restart the container or the machine; in containers mount /dev/nvidia-uvm.",
        command="cudacompat explain {code}",
        distinct=("code",),
        sources=("ollama/ollama@ef757da (2024-07-03), discover and gpu",),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("Silent use of the CPU", _CPU, before="jax-cpu"),),
)
