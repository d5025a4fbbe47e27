"""Lines of XLA and JAX."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="jax-plugin-mismatch",
        title="JAX's CUDA plugin and jaxlib are of different releases",
        patterns=(
            "Mismatched PJRT plugin PJRT API version",
            "JAX plugin jax_cuda<n:num>_plugin version <plugin:ver> is installed, but it is not compatible with the "
            "installed jaxlib version <jaxlib:ver>",
        ),
        sample="RuntimeError: Unable to initialize backend 'cuda': INVALID_ARGUMENT: Mismatched PJRT plugin PJRT API "
        "version (0.54) and framework PJRT API version 0.51)",
        cause="jaxlib, jax-cuda12-plugin and jax-cuda12-pjrt come from one release and only fit each other; "
        "one of them "
        "was installed or updated alone.",
        does_not_mean="the driver or the GPU",
        fix="Install all of them at once, of the same version.",
        command='pip install -U "jax[cuda12]"',
        sources=("jax-ml/jax#22416", "jax-ml/jax jax_plugins/cuda/__init__.py"),
    ),
    Signature(
        id="jax-other-backend",
        title="JAX looks for another kind of device, and finds none",
        severity=Severity.NOTE,
        patterns=("Unable to initialize backend 'tpu'", "Unable to initialize backend 'rocm'"),
        sample="INFO:2026-11-29 22:00:00,001:jax._src.xla_bridge:925: Unable to initialize backend 'tpu': INTERNAL: "
        "Failed to open libtpu.so: libtpu.so: cannot open shared object file: No such file or directory",
        cause="JAX tries each kind of device that it knows; a machine with NVIDIA GPUs has no TPU and no libtpu.so.",
        does_not_mean="a fault: the GPU's backend is tried by itself",
        fix="Nothing. JAX_PLATFORMS=cuda makes JAX try that one alone.",
        sources=("jax-ml/jax jax/_src/xla_bridge.py",),
    ),
    Signature(
        id="xla-llvm-target",
        title="XLA's LLVM picked a PTX version that does not have {arch}",
        patterns=("PTX version <version:ver> does not support target '<arch:word>'",),
        sample="Reason: PTX version 8.8 does not support target 'sm_107a'.",
        cause="The CUDA in the wheel is older than the GPU.",
        does_not_mean="the driver",
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
        does_not_mean="the GPU",
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
            "Found <component:word> version <found:num>, but JAX was built against version <built:num>, which is newer",
        ),
        sample="Outdated cuDNN installation found.\nVersion JAX was built against: 90800\nMinimum supported: "
        "9800\nInstalled "
        "version: 8902",
        cause="LD_LIBRARY_PATH or a pinned nvidia- package brings an older library.",
        does_not_mean="the driver",
        fix="Unset LD_LIBRARY_PATH, upgrade the nvidia- packages together with jax.",
        command='pip install --upgrade "jax[cuda12]"',
        sources=("jax-ml/jax jax_plugins/cuda/__init__.py",),
    ),
    Signature(
        id="jax-cuda-failed",
        title="JAX's CUDA backend did not start",
        patterns=(
            "Unknown backend: 'gpu' requested, but no platforms",
            "Unknown backend: 'cuda' requested, but no platforms",
            "CUDA backend failed to initialize:",
            "Unable to initialize backend 'cuda'",
        ),
        sample="RuntimeError: Unable to initialize backend 'cuda': FAILED_PRECONDITION: No visible GPU devices.",
        cause="The reason is in the line: a driver or a library that is too old, or memory that another process "
        "holds. JAX continues with the CPU.",
        does_not_mean="a missing architecture",
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
        does_not_mean="the GPU",
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
        does_not_mean="the GPU",
        fix="XLA_FLAGS=--xla_gpu_cuda_data_dir=/path/to/cuda, or install nvidia-cuda-nvcc.",
        command="export XLA_FLAGS=--xla_gpu_cuda_data_dir=/usr/local/cuda",
        sources=("xla_cuda_plugin.so of jax-cuda12-pjrt 0.12.0 (text)",),
    ),
    Signature(
        id="xla-dnn-init-failed",
        title="XLA could not start cuDNN",
        patterns=(
            "There was an error before creating cudnn handle",
            "RET_CHECK failure <...>dnn != nullptr",
            "DNN library initialization failed",
            "DNN library is not found",
        ),
        sample="jaxlib.xla_extension.XlaRuntimeError: FAILED_PRECONDITION: DNN library initialization failed. Look "
        "at the errors "
        "above for more details.",
        cause="cuDNN is missing, of another version, or found no memory left (two frameworks on one GPU).",
        does_not_mean="a missing architecture",
        fix="Read the lines above; XLA_PYTHON_CLIENT_PREALLOCATE=false where several programs share the GPU.",
        after=("xla-cudnn-version", "cudnn-internal-error", "cudnn-not-initialized", "cuda-out-of-memory"),
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="xla-no-ptx-provider",
        title="XLA found no ptxas that it can use",
        patterns=(
            "No PTX compilation provider is available",
            "Couldn't get ptxas version",
            "Couldn't find a suitable version of ptxas",
            "Failed to find ptxas",
        ),
        sample="UNAVAILABLE: No PTX compilation provider is available. Neither ptxas/nvlink nor nvjtlink is available.",
        cause="The ptxas of nvidia-cuda-nvcc is missing, cannot be run, or another one on the PATH is too old.",
        does_not_mean="a missing driver; TRITON_PTXAS_PATH, which XLA does not read",
        fix="Install nvidia-cuda-nvcc for the CUDA major release of the framework, or put a toolkit's bin directory "
        "on PATH.",
        command="pip install --upgrade nvidia-cuda-nvcc-cu12",
        cases=(Case(when=("toolkit>=13.0",), command="pip install --upgrade nvidia-cuda-nvcc"),),
        sources=(
            "xla_cuda_plugin.so of jax-cuda12-pjrt 0.12.0 (text)",
            "openxla/xla xla/service/gpu/nvptx_compiler.cc",
        ),
    ),
    Signature(
        id="xla-driver-older-than-compiler",
        title="the driver (CUDA {driver_cuda}) is older than XLA's compiler ({compiler}): compilation is slower",
        severity=Severity.WARNING,
        patterns=(
            "The NVIDIA driver's CUDA version is <driver_cuda:ver> which is older than the PTX compiler version "
            "<compiler:ver>",
            "The NVIDIA driver's CUDA version is <driver_cuda:ver> which is older than the ptxas CUDA version "
            "<compiler:ver>",
            "The NVIDIA driver's CUDA version is <driver_cuda:ver> which is older than the PTX compiler version "
            "(<compiler:ver>",
            "The NVIDIA driver's CUDA version is <driver_cuda:ver> which is older than the ptxas CUDA version "
            "(<compiler:ver>",
        ),
        sample="The NVIDIA driver's CUDA version is 12.4 which is older than the PTX compiler version 12.6.85. "
        "Because the driver "
        "is older than the PTX compiler version, XLA is disabling parallel compilation, which may slow down "
        "compilation.",
        cause="XLA links in one step where the driver could not read the pieces.",
        does_not_mean="a failure",
        fix="Update the driver if the compile time matters.",
        sources=("xla_cuda_plugin.so of jax-cuda12-pjrt 0.12.0 (text)",),
    ),
    Signature(
        id="jax-version-mismatch",
        title="jax, jaxlib and the CUDA plugin are of different releases",
        patterns=(
            "jaxlib version <lib:ver> is newer than and incompatible with jax version <jax:ver>",
            "jaxlib is version <lib:ver>, but this version of jax requires version",
            "Skipping import of <plugin:word>: version mismatch",
            "JAX plugin <plugin:word> version <found:ver> is installed, but it is not compatible with the installed "
            "jaxlib",
        ),
        sample="RuntimeError: jaxlib version 0.4.31 is newer than and incompatible with jax version 0.4.30. Please "
        "update your jax "
        "and/or jaxlib packages.",
        cause="One of them was updated alone.",
        does_not_mean="a missing architecture",
        fix="Install them together.",
        command='pip install --upgrade "jax[cuda12]"',
        sources=("jax-ml/jax jax/_src/lib/__init__.py", "jax-ml/jax jax_plugins/cuda/__init__.py"),
    ),
    Signature(
        id="xla-ptxas-old",
        title="XLA found a ptxas that is older than it needs",
        severity=Severity.WARNING,
        patterns=("You are using ptxas <have:ver>", "ptxas before <need:ver> is known to miscompile XLA code"),
        sample="*** WARNING *** You are using ptxas 9.2.148, which is older than 11.1. ptxas before 11.1 is known to "
        "miscompile XLA code, leading to incorrect results or invalid-address errors.",
        cause="XLA takes the first ptxas on PATH, here that of an older toolkit than the one it was built with. Old "
        "ones refuse its PTX or compile it wrongly.",
        does_not_mean="the driver; the GPU",
        fix="Put the ptxas of a newer release first on PATH (pip install nvidia-cuda-nvcc brings one), or point "
        "XLA_FLAGS=--xla_gpu_cuda_data_dir at that toolkit.",
        command="ptxas --version",
        sources=("jax-ml/jax#10083", "google/flax#2249"),
    ),
    Signature(
        id="jax-library-not-usable",
        title="JAX cannot use a CUDA library that it found: {call} failed",
        patterns=("versions_helpers.cc:<line:num>: operation <call:word>(", "operation <call:(cu*)>( <...> failed: "),
        sample="RuntimeError: jaxlib/cuda/versions_helpers.cc:72: operation cublasGetVersion( nullptr, &version) "
        "failed: cuBlas internal error",
        cause="JAX asks each of CUDA's libraries for its version at the start. One did not start: the loader took a "
        "copy of another release (LD_LIBRARY_PATH, modules of a cluster), or the driver is not usable.",
        does_not_mean="the GPU's generation",
        fix="Take CUDA's directories out of LD_LIBRARY_PATH, so that the libraries of pip's nvidia packages are used; "
        "then install jax[cuda12] or jax[cuda13] again.",
        sources=("DifferentiableUniverseInitiative/jaxDecomp#116",),
    ),
)
