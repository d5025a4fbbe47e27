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


_TORCH = "it is an extension of PyTorch: TORCH_CUDA_ARCH_LIST in the environment, without build isolation"
_CMAKE = "it is built by CMake with CUDA as a language, which reads -DCMAKE_CUDA_ARCHITECTURES"
_SAID = "the project's own instructions for building; not read at a tag"

_EXTENSIONS = (
    (("exllamav2",), "exllamav2/ext.py:16-48 of turboderp-org/exllamav2 at da07fac"),
    (("exllamav3",), _SAID),
    (("xformers",), _SAID),
    (("deepspeed",), "op_builder/builder.py:582-706 of deepspeedai/DeepSpeed at edaa7221"),
    (("gsplat",), ".github/workflows/cuda/Linux-env.sh of nerfstudio-project/gsplat at 90d7b4b3"),
)
_PLAIN_CMAKE = (("open3d",), ("rapids", "cudf", "cuml", "rmm", "raft"))

HINTS: tuple[BuildHint, ...] = (
    BuildHint(
        ("ollama",),
        "its CMakeLists builds a separate llama.cpp for each of -DOLLAMA_LLAMA_BACKENDS=cuda_v13 (cuda_v12), and "
        "passes -DCMAKE_CUDA_ARCHITECTURES on to it; without one it asks for `native`",
        "llama.cpp",
        "docs/development.md, cmake/local.cmake:646-722 and llama/server/CMakeLists.txt:72-92 of ollama/ollama at "
        "v0.32.15",
    ),
    BuildHint(
        ("sgl-kernel", "sglang", "sgl_kernel"),
        "its list is in sgl-kernel/CMakeLists.txt, by CUDA release and SGL_KERNEL_ENABLE_SM90A, _SM100A, _FA3 and "
        "_FP4; it takes PyTorch's flags away, so TORCH_CUDA_ARCH_LIST changes nothing",
        None,
        "sgl-kernel/CMakeLists.txt of sgl-project/sglang at 00390b86",
    ),
    BuildHint(
        ("faster-whisper", "faster_whisper"),
        "it is Python alone: its device code is that of the wheel of ctranslate2 (cudacompat wheels ctranslate2)",
        "ctranslate2",
        "setup.py and requirements.txt of SYSTRAN/faster-whisper at 65882ee",
    ),
    BuildHint(("llamafile",), "it compiles ggml's CUDA half apart, by scripts that call nvcc", "nvcc", _SAID),
    BuildHint(
        ("localai", "local-ai"),
        "each of its backends is built for itself; those of llama.cpp's kin take the build argument CUDA_DOCKER_ARCH "
        "(80;120) and pass it as -DCMAKE_CUDA_ARCHITECTURES",
        "llama.cpp",
        ".docker/llama-cpp-compile.sh:13-15 of mudler/LocalAI at 82c191af (v4.9)",
    ),
    BuildHint(
        ("xgboost",),
        "it is built by CMake with -DUSE_CUDA=ON and reads -DCMAKE_CUDA_ARCHITECTURES, before its own GPU_COMPUTE_VER",
        "cmake",
        "CMakeLists.txt:87-95,223-250 of dmlc/xgboost at v3.4.1; configured with CMake 4.4 and nvcc 13.5: each of 65 "
        "CUDA sources for what generate cmake promised",
    ),
    BuildHint(
        ("lightgbm",),
        "its CMakeLists writes its own list into the targets, up to 9.0, with CUDA 12.8 up to 12.0: no setting changes "
        "it, CMAKE_CUDA_ARCHITECTURES least of all, and CUDA 13 has no 6.0 any more, which that list begins with",
        None,
        "CMakeLists.txt:226-248,627-640 of microsoft/LightGBM at v4.6.0; configured with CMake 4.4 and nvcc 13.5",
    ),
    BuildHint(
        ("colmap", "pycolmap"),
        "it is built by CMake, which reads -DCMAKE_CUDA_ARCHITECTURES; without one it asks for `native`",
        "cmake",
        "cmake/FindDependencies.cmake:310-339 and docker/Dockerfile:63 of colmap/colmap at 5d968cf3",
    ),
    *(BuildHint(names, _TORCH, "torch-extension", source) for names, source in _EXTENSIONS),
    BuildHint(
        ("transformer-engine", "transformerengine", "transformer_engine"),
        "its setup.py reads NVTE_CUDA_ARCHS (80;90;120) and passes it to CMake; its kernels for Blackwell are built "
        "only where the list has exactly 100, 110 or 120",
        "cmake",
        "build_tools/utils.py:275-286, setup.py:46-62 and transformer_engine/common/CMakeLists.txt:25-87 of "
        "NVIDIA/TransformerEngine at v2.18",
    ),
    BuildHint(
        ("tensorrt-llm", "tensorrt_llm", "trtllm"),
        "scripts/build_wheel.py reads -a '80-real;120-real' (--cuda_architectures) and rejects -virtual and all-major",
        "cmake",
        "cpp/cmake/modules/cuda_configuration.cmake of NVIDIA/TensorRT-LLM at 1b84604",
    ),
    BuildHint(
        ("mistral.rs", "mistralrs", "mistral-rs"),
        "built as candle is, by cudaforge: CUDA_COMPUTE_CAP",
        "candle",
        "build.rs of mistralrs-core, -flash-attn and -paged-attn of EricLBuehler/mistral.rs at 9e922623",
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
    BuildHint(
        ("meson",),
        "Meson calls nvcc, and NVCC_APPEND_FLAGS in the environment reaches every call of it; its own list is in "
        "meson.build, as nvcc_arch_flags(nvcc.version(), '8.0', '12.0')",
        "nvcc",
        "mesonbuild.com, Unstable CUDA module; nvcc's manual, NVCC_APPEND_FLAGS",
    ),
    BuildHint(
        ("pip", "uv", "poetry", "pdm", "hatch", "conda", "mamba", "pixi"),
        "it installs packages; `cudacompat lint DIR --gpu SPEC` reads what is pinned, and `cudacompat wheels PACKAGE "
        "--gpu SPEC` says which build runs. A package that it compiles is set as its build reads it",
        "torch-extension",
        "the manuals of these programs",
    ),
)


def hint(name: str) -> BuildHint | None:
    """Return what is known of the project of this name; `None` where nothing is."""
    return next((each for each in HINTS if name in each.names), None)
