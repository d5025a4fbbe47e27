"""Projects that many ask for and that have no plan here yet: how each is built, and what is nearest to that.

A hint is no plan: it names where the list stands, and the plain way of building that reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BuildHint:
    """One project: its names in small letters, how it takes its architectures, the engine here whose settings fit
    (`None`: none does), and where that was read, or that it was not."""

    names: tuple[str, ...]
    how: str
    nearest: str | None
    source: str


_GGML = "it is built by CMake around its own ggml, which reads -DCMAKE_CUDA_ARCHITECTURES"
_TORCH = "it is an extension of PyTorch: TORCH_CUDA_ARCH_LIST in the environment, without build isolation"
_CMAKE = "it is built by CMake with CUDA as a language, which reads -DCMAKE_CUDA_ARCHITECTURES"
_SAID = "the project's own instructions for building; not read at a tag"

_EXTENSIONS = (("exllamav2",), ("exllamav3",), ("xformers",), ("deepspeed",), ("gsplat",))
_PLAIN_CMAKE = (("xgboost",), ("lightgbm",), ("colmap",), ("open3d",), ("rapids", "cudf", "cuml", "rmm", "raft"))

HINTS: tuple[BuildHint, ...] = (
    BuildHint(
        ("ollama",),
        "it is built by CMake around its own ggml; its CMakePresets.json sets CMAKE_CUDA_ARCHITECTURES by CUDA "
        "release, and -DCMAKE_CUDA_ARCHITECTURES after `cmake --preset …` wins over that",
        "ggml",
        "CMakePresets.json of ollama/ollama at 062aadfd",
    ),
    BuildHint(
        ("sgl-kernel", "sglang", "sgl_kernel"),
        "its list is in sgl-kernel/CMakeLists.txt, by CUDA release and SGL_KERNEL_ENABLE_SM90A, _SM100A, _FA3 and "
        "_FP4; it takes PyTorch's flags away, so TORCH_CUDA_ARCH_LIST changes nothing",
        None,
        "sgl-kernel/CMakeLists.txt of sgl-project/sglang at 00390b86",
    ),
    BuildHint(
        ("stable-diffusion.cpp", "stable-diffusion-cpp", "sd.cpp", "sd-cpp"),
        "it is built by CMake with -DSD_CUDA=ON (which switches GGML_CUDA on) around its own ggml, which reads "
        "-DCMAKE_CUDA_ARCHITECTURES",
        "ggml",
        "CMakeLists.txt of leejet/stable-diffusion.cpp at 012e7a22",
    ),
    BuildHint(
        ("faster-whisper", "faster_whisper"),
        "it is Python alone: its device code is that of the wheel of ctranslate2 (cudacompat wheels ctranslate2)",
        "ctranslate2",
        "setup.py and requirements.txt of SYSTRAN/faster-whisper at 65882ee",
    ),
    BuildHint(("ik_llama.cpp", "ik-llama.cpp", "ik_llama"), _GGML, "llama.cpp", _SAID),
    BuildHint(("koboldcpp",), "its Makefile and its CMakeLists have their own lists", "nvcc", _SAID),
    BuildHint(("llamafile",), "it compiles ggml's CUDA half apart, by scripts that call nvcc", "nvcc", _SAID),
    BuildHint(
        ("localai", "local-ai"),
        "each of its backends is built for itself, llama.cpp's by CMake",
        "llama.cpp",
        _SAID,
    ),
    *(BuildHint(names, _TORCH, "torch-extension", _SAID) for names in _EXTENSIONS),
    BuildHint(
        ("tiny-cuda-nn", "tinycudann", "tcnn"),
        "its CMakeLists and its PyTorch bindings read TCNN_CUDA_ARCHITECTURES (86;89;120), else they ask the GPU",
        "cmake",
        _SAID,
    ),
    BuildHint(
        ("transformer-engine", "transformerengine", "transformer_engine"),
        "its setup.py reads NVTE_CUDA_ARCHS (80;90;120) and hands it to CMake",
        "cmake",
        _SAID,
    ),
    BuildHint(
        ("tensorrt-llm", "tensorrt_llm", "trtllm"),
        "scripts/build_wheel.py reads -a '80-real;120-real' (--cuda_architectures) and rejects -virtual and all-major",
        "cmake",
        "cpp/cmake/modules/cuda_configuration.cmake of NVIDIA/TensorRT-LLM at 1b84604",
    ),
    BuildHint(
        ("mistral.rs", "mistralrs", "mistral-rs"),
        "built as candle is: CUDA_COMPUTE_CAP",
        "candle",
        _SAID,
    ),
    BuildHint(
        ("ffmpeg",),
        "its configure takes --nvccflags with one architecture, compiled to PTX",
        "nvcc",
        "configure of FFmpeg, an older one",
    ),
    BuildHint(
        ("sherpa-onnx", "sherpa_onnx"),
        "it takes a ready onnxruntime, whose list decides; SHERPA_ONNXRUNTIME_LIB_DIR names your own",
        "onnxruntime",
        "cmake/onnxruntime*.cmake of k2-fsa/sherpa-onnx at 634265c",
    ),
    *(BuildHint(names, _CMAKE, "cmake", _SAID) for names in _PLAIN_CMAKE),
)


def hint(name: str) -> BuildHint | None:
    """Return what is known of the project of this name; `None` where nothing is."""
    return next((each for each in HINTS if name in each.names), None)
