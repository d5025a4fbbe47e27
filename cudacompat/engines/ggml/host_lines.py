"""Lines of ggml's programs that are about memory of the machine and about its own checks."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

HOST: tuple[Signature, ...] = (
    Signature(
        id="ggml-no-pinned-memory",
        title="ggml got no pinned memory of the machine",
        patterns=(
            "ggml_cuda_host_malloc: failed to allocate <size:ver> MiB of pinned memory: <reason:text>",
            "failed to allocate <size:ver> MiB of pinned memory",
        ),
        sample="ggml_cuda_host_malloc: failed to allocate 4437.81 MiB of pinned memory: invalid argument",
        cause="The driver could not lock that much memory of the machine (limits, little memory, WSL); ggml then uses "
        "plain memory, and copies are slower.",
        does_not_mean="the model",
        fix="Nothing, if it runs; GGML_CUDA_NO_PINNED=1 does without, and so does another setting of mmap.",
        command="export GGML_CUDA_NO_PINNED=1",
        severity=Severity.WARNING,
        sources=("LostRuins/koboldcpp#1158", "ggml-org/llama.cpp ggml/src/ggml-cuda/ggml-cuda.cu"),
    ),
    Signature(
        id="ggml-check-failed",
        title="a check of ggml's own failed: {what}",
        patterns=(
            "GGML_ASSERT(<what:text>) failed",
            "GGML_ABORT(<what:text>)",
            "fatal error: <+>unsupported op",
            "ggml-cuda.cu:<line:num>: unsupported op '<what:word>'",
        ),
        sample="/src/ggml/src/ggml.c:2703: GGML_ASSERT(ggml_can_mul_mat(a, b)) failed",
        cause="The engine met a state that it does not handle: a fault of the engine, or a model that it does not know "
        "fully. An error of CUDA before it would be the reason.",
        does_not_mean="missing code for the GPU",
        fix="Update the engine; try the same model without the GPU, and report it with the lines before.",
        role=Role.GENERAL,
        sources=("ggml-org/llama.cpp ggml/include/ggml.h",),
    ),
    Signature(
        id="ggml-cuda-not-linked",
        title="the program was linked without ggml's CUDA part",
        patterns=(
            "undefined reference to '<symbol:(ggml_backend_cuda*|ggml_cuda*|ggml_init_cublas|ggml_cublas*)>",
            "error: undefined symbol: <symbol:(ggml_backend_cuda*|ggml_cuda*|ggml_init_cublas)>",
            "unresolved external symbol <symbol:(ggml_backend_cuda*|ggml_cuda*|ggml_init_cublas)>",
        ),
        sample="ld.lld: error: undefined symbol: ggml_backend_cuda_reg",
        cause="The library was compiled for CUDA and the program, or the crate's build script, does not link "
        "libggml-cuda and the CUDA libraries.",
        does_not_mean="a missing toolkit",
        fix="Clean the build and use one set of options for all parts; for crates take a release that links ggml-cuda.",
        sources=("thewh1teagle/vibe#652", "tazz4843/whisper-rs#201", "ggml-org/whisper.cpp#1629"),
    ),
    Signature(
        id="ollama-load-too-slow",
        title="the model was not loaded in time",
        patterns=("timed out waiting for llama runner to start",),
        sample='level=ERROR source=sched.go:456 msg="error loading llama server" error="timed out waiting for llama '
        'runner to start - progress 0.00 - "',
        cause="Reading the model from a slow disk or network, or into memory that is nearly full, took longer than "
        "five minutes without progress.",
        does_not_mean="a GPU that is not supported: the runner had found it",
        fix="Put the models on a faster disk, take a smaller one, or give more time: OLLAMA_LOAD_TIMEOUT=15m.",
        command="export OLLAMA_LOAD_TIMEOUT=15m",
        after=("ggml-cuda-error", "ggml-out-of-memory"),
        sources=("ollama/ollama#10517", "ollama/ollama#4131", "ollama/ollama#9209"),
    ),
    Signature(
        id="ollama-memory-not-returned",
        title="the GPU's free memory did not come back in five seconds",
        severity=Severity.NOTE,
        patterns=("gpu VRAM usage didn't recover within timeout",),
        sample='level=WARN source=sched.go:646 msg="gpu VRAM usage didn\'t recover within timeout" seconds=5.25',
        cause="A model was unloaded, and the free memory that the driver reports did not grow by what was expected: "
        "its estimate was off, or another program took it.",
        does_not_mean="the failure: look at the lines before it",
        fix="Nothing, where the next model loads.",
        sources=("ollama/ollama#7654", "ollama/ollama#4427"),
    ),
    Signature(
        id="ollama-request-ended",
        title="the request ended before the model was loaded",
        patterns=("timed out waiting for llama runner to start: context canceled", "client connection closed before"),
        sample='level=ERROR source=sched.go:455 msg="error loading llama server" error="timed out waiting for llama '
        'runner to start: context canceled"',
        cause="The client closed the connection (a client's own time limit, or Ctrl-C), so the load was given up.",
        does_not_mean="a fault of the GPU or of the model",
        fix="Give the client more time, or load the model before: an empty request with keep_alive.",
        sources=("ollama/ollama#8509", "ollama/ollama#4427"),
    ),
)
