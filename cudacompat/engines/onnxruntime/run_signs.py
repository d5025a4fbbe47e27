"""What ONNX Runtime prints while it runs, and what it proves."""

from __future__ import annotations

from cudacompat.domain.runs.signs import RunSign, SignMeaning, run_sign

SIGNS: tuple[RunSign, ...] = (
    run_sign(
        "onnxruntime-no-cuda-provider",
        "Failed to create CUDAExecutionProvider",
        r"Failed to create CUDAExecutionProvider",
        SignMeaning.CPU,
        "ONNX Runtime continues with its CPU provider",
        "https://github.com/microsoft/onnxruntime onnxruntime/python/onnxruntime_pybind_state.cc",
    ),
)
