"""Packages of Python whose files on the package index are built already: no setting of the build reaches them.

Only those for which the index has wheels with CUDA code, or of which the CUDA part lies in such a wheel.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prebuilt:
    """One package, by its normalised name. `index` is what the address of the index has to hold for it, where only
    another index than PyPI has its wheels."""

    name: str
    carries: str
    source: str
    index: str | None = None


PREBUILT: tuple[Prebuilt, ...] = (
    Prebuilt("bitsandbytes", "libbitsandbytes_cudaNNN.so, one for each CUDA release", "pypi.org/project/bitsandbytes"),
    Prebuilt("ctranslate2", "libctranslate2 with CUDA", "pypi.org/project/ctranslate2"),
    Prebuilt(
        "faster-whisper", "nothing itself; it runs on the wheel of ctranslate2", "pypi.org/project/faster-whisper"
    ),
    Prebuilt("onnxruntime-gpu", "libonnxruntime_providers_cuda.so", "pypi.org/project/onnxruntime-gpu"),
    Prebuilt("tensorflow", "its kernels", "pypi.org/project/tensorflow"),
    Prebuilt("torch", "libtorch_cuda.so", "pypi.org/project/torch"),
    Prebuilt("vllm", "its kernels", "pypi.org/project/vllm"),
    Prebuilt("whisperx", "nothing itself; it runs on the wheels of torch and ctranslate2", "pypi.org/project/whisperx"),
    Prebuilt(
        "llama-cpp-python",
        "libggml-cuda.so, for the list of its maker",
        "README.md of abetlen/llama-cpp-python, Pre-built Wheel (New)",
        "/whl/cu",
    ),
    Prebuilt("sherpa-onnx", "its libraries and ONNX Runtime's", "k2-fsa.github.io/sherpa/onnx/cuda.html", "/onnx/cuda"),
)


def prebuilt(name: str) -> Prebuilt | None:
    """Return the row of this normalised name, `None` if there is none."""
    return next((row for row in PREBUILT if row.name == name), None)
