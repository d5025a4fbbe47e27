"""What whisper.cpp prints while it runs, and what it proves.

`measured`: printed by version 1.9.3, which was run for this table on machines with and without a driver, an H200 with
driver 580.159.04.
"""

from __future__ import annotations

from cudacompat.domain.runs.signs import RunSign, SignMeaning, run_sign

_WHISPER = "https://github.com/ggml-org/whisper.cpp src/whisper.cpp"
_ON_GPU = "the engine uses the GPU"
_MODEL = "the model weights are in GPU memory"

SIGNS: tuple[RunSign, ...] = (
    run_sign(
        "whisper-cuda-backend",
        "using CUDA",
        r"whisper_backend_init_gpu: using CUDA\d+ backend",
        SignMeaning.GPU,
        _ON_GPU,
        f"{_WHISPER}; measured",
    ),
    run_sign(
        "whisper-model-on-gpu",
        " total size =",
        r"whisper_model_load:\s+CUDA\d+ total size =\s*[\d.]+ MB",
        SignMeaning.GPU,
        _MODEL,
        f"{_WHISPER}; measured",
    ),
    run_sign(
        "whisper-no-gpu",
        "no GPU found",
        r"whisper_backend_init_gpu: no GPU found",
        SignMeaning.CPU,
        "whisper.cpp runs on the CPU, even if the log says `use gpu = 1`",
        f"{_WHISPER}; measured",
    ),
    run_sign(
        "use-gpu-parameter",
        "use gpu",
        r"use gpu\s*=\s*1",
        SignMeaning.NOTHING,
        "only the parameter: whisper.cpp prints it on machines without a driver, too, and then runs on the CPU",
        f"{_WHISPER}; measured",
    ),
)
