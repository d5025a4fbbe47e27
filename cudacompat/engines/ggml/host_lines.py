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
        does_not_mean="that the model cannot run.",
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
        cause="The engine met a state that it does not handle: a fault of its own, or a model that it does not know "
        "fully. An error of CUDA before it would be the reason.",
        does_not_mean="that code for the GPU is missing.",
        fix="Update the engine; try the same model without the GPU, and report it with the lines before.",
        role=Role.GENERAL,
        sources=("ggml-org/llama.cpp ggml/include/ggml.h",),
    ),
)
