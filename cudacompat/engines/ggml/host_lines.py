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
)
