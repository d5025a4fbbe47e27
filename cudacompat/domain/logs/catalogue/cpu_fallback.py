"""Lines by which a program says, often quietly, that it uses the CPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="jax-cpu",
        title="JAX uses the CPU: there is a GPU and no CUDA in jaxlib",
        patterns=(
            "An NVIDIA GPU may be present on this machine, but a CUDA-enabled jaxlib is not installed",
            "No GPU/TPU found, falling back to CPU",
        ),
        sample="An NVIDIA GPU may be present on this machine, but a CUDA-enabled jaxlib is not installed. Falling "
        "back to cpu.",
        cause="jax was installed without its CUDA plugin.",
        does_not_mean="the GPU",
        fix='pip install "jax[cuda12]" or "jax[cuda13]".',
        command='pip install --upgrade "jax[cuda12]"',
        after=("jax-cuda-failed",),
        sources=("jax-ml/jax jax/_src/xla_bridge.py",),
    ),
    Signature(
        id="tf-cpu",
        title="TensorFlow does not use the GPU: it finds no CUDA driver",
        severity=Severity.WARNING,
        patterns=("Could not find cuda drivers on your machine, GPU will not be used",),
        sample="Could not find cuda drivers on your machine, GPU will not be used.",
        cause="libcuda.so.1 or the CUDA libraries were not found when TensorFlow was loaded.",
        does_not_mean="the GPU",
        fix='--gpus all in containers; pip install "tensorflow[and-cuda]".',
        after=("driver-not-in-container", "libcuda-missing", "tf-libraries-missing"),
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="numba-no-cuda",
        title="Numba has CUDA switched off",
        severity=Severity.WARNING,
        patterns=("CUDA is disabled due to setting NUMBA_DISABLE_CUDA=1",),
        sample="CudaSupportError: CUDA is disabled due to setting NUMBA_DISABLE_CUDA=1 in the environment",
        cause="NUMBA_DISABLE_CUDA is set in the environment.",
        does_not_mean="the GPU",
        fix="Unset the variable.",
        command="unset NUMBA_DISABLE_CUDA",
        sources=("numba/numba numba/cuda/cudadrv/driver.py",),
    ),
    Signature(
        id="numba-no-libnvvm",
        title="Numba does not find the toolkit's compiler library libNVVM",
        patterns=(
            "libNVVM cannot be found",
            "Missing libdevice file",
            "ERROR: failed to open nvvm",
            "failed to open nvvm:",
        ),
        sample="numba.cuda.cudadrv.error.NvvmSupportError: libNVVM cannot be found. Do `conda install cudatoolkit`:",
        cause="Numba compiles kernels with libnvvm and libdevice of a toolkit, and finds none: the driver has neither.",
        does_not_mean="the GPU",
        fix="Install Numba's package for CUDA, which brings them, or a toolkit whose directory CUDA_HOME names.",
        command="pip install 'numba-cuda[cu12]'",
        sources=("xinzhuma/monodle#23", "numba/numba#10169", "numba/numba numba/cuda/cudadrv/nvvm.py"),
    ),
    Signature(
        id="numba-unsupported-cc",
        title="Numba's toolkit does not know the GPU",
        patterns=("No supported GPU compute capabilities found", "GPU compute capability <cc:ver> is not supported"),
        sample="NvvmSupportError: No supported GPU compute capabilities found. Please check your cudatoolkit version "
        "matches your "
        "CUDA version.",
        cause="The toolkit that Numba found is too new or too old for its table of GPUs.",
        does_not_mean="the driver",
        fix="numba-cuda, and a toolkit that it supports.",
        sources=("numba/numba numba/cuda/cudadrv/nvvm.py",),
    ),
)
