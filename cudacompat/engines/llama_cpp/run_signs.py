"""What llama.cpp, and ollama on top of it, print while they run, and what it proves."""

from __future__ import annotations

from cudacompat.domain.runs.signs import RunSign, SignMeaning, run_sign

_LLAMA = "https://github.com/ggml-org/llama.cpp"
_ON_GPU = "the engine uses the GPU"
_MODEL = "the model weights are in GPU memory"

SIGNS: tuple[RunSign, ...] = (
    run_sign(
        "llama-model-on-gpu",
        " buffer size =",
        r"(?:load_tensors|llm_load_tensors):\s+CUDA\d+ (?:model )?buffer size =\s*[\d.]+ MiB",
        SignMeaning.GPU,
        _MODEL,
        f"{_LLAMA} src/llama-model.cpp",
    ),
    run_sign(
        "llama-offloaded",
        "layers to GPU",
        r"offloaded [1-9]\d*/\d+ layers to GPU",
        SignMeaning.GPU,
        _ON_GPU,
        f"{_LLAMA} src/llama-model.cpp",
    ),
    run_sign(
        "llama-offloaded-none",
        "layers to GPU",
        r"offloaded 0/\d+ layers to GPU",
        SignMeaning.CPU,
        "no layer is on the GPU: -ngl is 0, or the build has no GPU backend",
        f"{_LLAMA} src/llama-model.cpp",
    ),
    run_sign(
        "llama-no-usable-gpu",
        "no usable GPU found",
        r"no usable GPU found, --?\S+ option will be ignored",
        SignMeaning.CPU,
        "llama.cpp found no GPU backend",
        f"{_LLAMA} common/arg.cpp",
    ),
    run_sign(
        "ollama-no-gpu",
        "no compatible GPUs were discovered",
        r"no compatible GPUs were discovered",
        SignMeaning.CPU,
        "ollama runs its models on the CPU",
        "https://github.com/ollama/ollama discover/gpu.go",
    ),
)
