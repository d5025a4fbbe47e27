"""What ggml prints while it runs, whatever is built on it, and what it proves. `measured` as for whisper.cpp."""

from __future__ import annotations

from cudacompat.domain.runs.signs import RunSign, SignMeaning, run_sign

_GGML = "https://github.com/ggml-org/ggml src/ggml-cuda/ggml-cuda.cu"

SIGNS: tuple[RunSign, ...] = (
    run_sign(
        "ggml-no-cuda",
        "failed to initialize CUDA",
        r"ggml_cuda_init: failed to initialize CUDA",
        SignMeaning.CPU,
        "ggml continues without its CUDA backend",
        f"{_GGML}; measured",
    ),
    run_sign(
        "ggml-no-device-code",
        "has no device code compatible",
        r"has no device code compatible with CUDA arch \d+",
        SignMeaning.ERROR,
        "the code that runs was made for an older architecture and lacks this kernel",
        f"{_GGML}; the incident's own log",
    ),
    run_sign(
        "found-devices",
        "CUDA devices",
        r"found \d+ CUDA devices",
        SignMeaning.NOTHING,
        "driver and GPU are there; nothing was run on it yet",
        f"{_GGML}; measured",
    ),
    run_sign(
        "device-line",
        "compute capability",
        r"Device \d+: .{3,80}?, compute capability \d+\.\d",
        SignMeaning.NOTHING,
        "the GPU that is there, not the code that was compiled",
        f"{_GGML}; measured",
    ),
    run_sign(
        "archs-list",
        "ARCHS = ",
        r"\bARCHS = \d+",
        SignMeaning.NOTHING,
        "the list the build was given: it does not tell machine code from PTX",
        f"{_GGML}; measured",
    ),
)
