"""Lines of XLA and JAX."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="xla-llvm-target",
        title="XLA's LLVM picked a PTX version that does not have {arch}",
        patterns=("PTX version <version:ver> does not support target '<arch:word>'",),
        sample="Reason: PTX version 8.8 does not support target 'sm_107a'.",
        cause="The CUDA in the wheel is older than the GPU.",
        does_not_mean="that the driver is too old.",
        fix="A newer jax[cuda13] or jax[cuda12].",
        command='pip install --upgrade "jax[cuda12]"',
        sources=("openxla/xla#47982",),
    ),
    Signature(
        id="jax-component-missing",
        title="JAX does not find one of CUDA's libraries",
        patterns=(
            "Unable to load <component:cusym>. Is it installed?",
            "Unable to load CUDA. Is it installed?",
            "Unable to load CUPTI. Is it installed?",
        ),
        sample="RuntimeError: Unable to load cuSPARSE. Is it installed?",
        cause="One of CUDA's libraries is missing or another release of it was found first (LD_LIBRARY_PATH).",
        does_not_mean="that the GPU is unsupported.",
        fix='Install jax with its own CUDA (pip install "jax[cuda12]") and unset LD_LIBRARY_PATH.',
        command='env -u LD_LIBRARY_PATH pip install --upgrade "jax[cuda12]"',
        distinct=("component",),
        sources=("jax-ml/jax jax_plugins/cuda/__init__.py",),
    ),
    Signature(
        id="jax-outdated-component",
        title="an installed CUDA library is older than JAX needs",
        patterns=(
            "Outdated <component:cusym> installation found",
            "Outdated CUDA installation found",
            "Version JAX was built against:",
        ),
        sample="Outdated cuDNN installation found.\nVersion JAX was built against: 90800\nMinimum supported: "
        "9800\nInstalled "
        "version: 8902",
        cause="LD_LIBRARY_PATH or a pinned nvidia- package brings an older library.",
        does_not_mean="that the driver is too old.",
        fix="Unset LD_LIBRARY_PATH, upgrade the nvidia- packages together with jax.",
        command='pip install --upgrade "jax[cuda12]"',
        sources=("jax-ml/jax jax_plugins/cuda/__init__.py",),
    ),
    Signature(
        id="jax-cuda-failed",
        title="JAX's CUDA backend did not start",
        patterns=("CUDA backend failed to initialize:", "Unable to initialize backend 'cuda'"),
        sample="CUDA backend failed to initialize: Found CUDA version 12010, but JAX was built against version "
        "12020, which is "
        "newer.",
        cause="The reason stands in the line: a driver or a library that is too old, or memory that another process "
        "holds. JAX goes on with the CPU.",
        does_not_mean="a missing architecture.",
        fix="See to the reason; TF_CPP_MIN_LOG_LEVEL=0 prints more.",
        after=("cuda-insufficient-driver", "cuda-no-device", "libcuda-missing", "jax-outdated-component"),
        sources=("jax-ml/jax jax/_src/xla_bridge.py",),
    ),
    Signature(
        id="xla-cudnn-version",
        title="XLA found an older cuDNN ({found}) than it was compiled with ({built})",
        patterns=("Loaded runtime CuDNN library: <found:ver> but source was compiled with: <built:ver>",),
        sample="Loaded runtime CuDNN library: 8.9.2 but source was compiled with: 9.1.0.  CuDNN library needs to "
        "have matching "
        "major version and equal or higher minor version.",
        cause="Another cuDNN is found first: LD_LIBRARY_PATH, a system package, or another framework loaded its own.",
        does_not_mean="that the GPU is unsupported.",
        fix="Upgrade nvidia-cudnn-cu12, unset LD_LIBRARY_PATH.",
        sources=(
            "xla_cuda_plugin.so of jax-cuda12-pjrt 0.12.0 (text)",
            "tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",
        ),
    ),
    Signature(
        id="xla-libdevice-missing",
        title="XLA does not find libdevice",
        patterns=("libdevice not found at ./libdevice.10.bc", "Can't find libdevice directory"),
        sample="libdevice not found at ./libdevice.10.bc [Op:__inference_train_function]",
        cause="nvvm/libdevice of a toolkit is needed and CUDA_DIR does not lead to it (conda, pip without nvcc).",
        does_not_mean="that the GPU is unsupported.",
        fix="XLA_FLAGS=--xla_gpu_cuda_data_dir=/path/to/cuda, or install nvidia-cuda-nvcc.",
        command="export XLA_FLAGS=--xla_gpu_cuda_data_dir=/usr/local/cuda",
        sources=("xla_cuda_plugin.so of jax-cuda12-pjrt 0.12.0 (text)",),
    ),
    Signature(
        id="xla-dnn-init-failed",
        title="XLA could not start cuDNN",
        patterns=("DNN library initialization failed", "DNN library is not found"),
        sample="jaxlib.xla_extension.XlaRuntimeError: FAILED_PRECONDITION: DNN library initialization failed. Look "
        "at the errors "
        "above for more details.",
        cause="cuDNN is missing, of another version, or found no memory left (two frameworks on one GPU).",
        does_not_mean="a missing architecture.",
        fix="Read the lines above; XLA_PYTHON_CLIENT_PREALLOCATE=false where several programs share the GPU.",
        after=("xla-cudnn-version", "cudnn-internal-error", "cudnn-not-initialized", "cuda-out-of-memory"),
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
)
