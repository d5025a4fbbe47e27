"""Lines by which a program says, often quietly, that it uses the CPU."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

_WHISPER = "ggml-org/whisper.cpp src/whisper.cpp"
_REASONS = (
    "ggml-cuda-init-failed",
    "ggml-backend-not-loaded",
    "cuda-insufficient-driver",
    "cuda-no-device",
    "libcuda-missing",
    "driver-not-in-container",
)

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="whisper-no-gpu-found",
        title="whisper.cpp found no GPU and uses the CPU",
        patterns=("whisper_backend_init_gpu: no GPU found", "parakeet_backend_init_gpu: no GPU found"),
        sample="whisper_backend_init_gpu: no GPU found",
        cause="The CUDA backend was not compiled in, its library was not found, or no device is visible. The line is "
        "of "
        "level INFO, and the CPU goes on with the work.",
        does_not_mean="a wrong architecture: that fails later, and loudly. `use gpu = 1` above it is only the "
        "parameter.",
        fix='Build with -DGGML_CUDA=ON (whisper-rs: features = ["cuda"]), start the container with --gpus all, and let '
        "CI fail on this line.",
        command="cudacompat doctor",
        after=_REASONS,
        sources=(_WHISPER, "ggml-org/whisper.cpp#3449", "ggml-org/whisper.cpp#2297"),
    ),
    Signature(
        id="whisper-gpu-off",
        title="whisper.cpp was told not to use the GPU",
        severity=Severity.WARNING,
        patterns=("use gpu = 0",),
        sample="whisper_init_with_params_no_state: use gpu    = 0",
        cause="use_gpu is false: the flag -ng, WhisperContextParameters with use_gpu(false), or a whisper-rs built "
        "without a GPU feature.",
        does_not_mean="that no GPU was found.",
        fix='Take the flag away; for whisper-rs add features = ["cuda"].',
        sources=(_WHISPER,),
    ),
    Signature(
        id="llama-no-offload",
        title="llama.cpp was built without a GPU and ignores --gpu-layers",
        patterns=(
            "not compiled with GPU offload support, --gpu-layers option will be ignored",
            "no usable GPU found, --gpu-layers option will be ignored",
        ),
        sample="warning: not compiled with GPU offload support, --gpu-layers option will be ignored",
        cause="No GPU backend is in the build (or none could be loaded): everything runs on the CPU.",
        does_not_mean="a wrong architecture.",
        fix="Build with -DGGML_CUDA=ON and look for `found 1 CUDA devices` at the start.",
        command="cudacompat generate {engine} --gpu {gpu}",
        after=_REASONS,
        sources=("ggml-org/llama.cpp#9153", "ggml-org/llama.cpp#9343"),
    ),
    Signature(
        id="llama-nothing-offloaded",
        title="no layer of the model is on the GPU",
        severity=Severity.WARNING,
        patterns=("offloaded 0/<layers:num> layers to GPU",),
        sample="load_tensors: offloaded 0/33 layers to GPU",
        cause="--n-gpu-layers is 0 or missing, no GPU backend is in the build, or the memory did not suffice.",
        does_not_mean="a wrong architecture.",
        fix="-ngl 99; if it stays at 0, look for the lines of ggml_cuda_init.",
        after=(*_REASONS, "llama-no-offload"),
        sources=("ollama/ollama#12303", "ollama/ollama llm/llama_server.go"),
    ),
    Signature(
        id="ollama-cpu",
        title="ollama found no GPU that it can use",
        patterns=(
            'msg="no compatible GPUs were discovered"',
            "no compatible GPUs were discovered",
            'msg="inference compute" id=cpu library=cpu',
            "no nvidia devices detected by library",
            'msg="no nvidia devices detected"',
        ),
        sample='time=2025-01-29T09:00:00.000Z level=INFO source=gpu.go:392 msg="no compatible GPUs were discovered"',
        cause="libcuda was not found or lists no device, or ollama's own CUDA libraries are missing beside the binary.",
        does_not_mean="that the GPU is unsupported: the lines above with level=WARN say why.",
        fix="In containers --gpus all; install ollama with its lib/ollama folder; OLLAMA_DEBUG=1 prints the search.",
        after=(*_REASONS, "ollama-driver-too-old", "ollama-cuda-init"),
        sources=("ollama/ollama#8674", "ollama/ollama#8532", "ollama/ollama#9885"),
    ),
    Signature(
        id="ollama-cuda-init",
        title="ollama's start of CUDA failed (error {code})",
        patterns=(
            "cuda driver library init failure: <code:num>",
            "cuda driver library failed to get device context <code:num>",
        ),
        sample='level=WARN source=gpu.go:605 msg="unknown error initializing cuda driver library '
        "/usr/lib/x86_64-linux-gnu/"
        'libcuda.so.550.90.07: cuda driver library init failure: 999"',
        cause="cuInit returned the number at the end: 999 is a kernel side that is not usable (nvidia_uvm), 100 no "
        "visible GPU, 3 and 46 see their pages.",
        does_not_mean="that the GPU is unsupported by ollama.",
        fix="sudo nvidia-modprobe -u; restart the container or the machine; in containers mount /dev/nvidia-uvm.",
        command="cudacompat explain {code}",
        distinct=("code",),
        sources=("ollama/ollama@ef757da (2024-07-03), discover and gpu",),
    ),
    Signature(
        id="openai-whisper-cpu",
        title="openai-whisper runs on the CPU",
        severity=Severity.WARNING,
        patterns=(
            "FP16 is not supported on CPU; using FP32 instead",
            "Performing inference on CPU when CUDA is available",
        ),
        sample="UserWarning: FP16 is not supported on CPU; using FP32 instead",
        cause="torch.cuda.is_available() is false, or the device was set to cpu.",
        does_not_mean="a failure.",
        fix="See why PyTorch has no GPU.",
        command="python -c 'import torch; print(torch.version.cuda, torch.cuda.is_available())'",
        after=("torch-no-driver", "torch-driver-too-old", "torch-without-cuda", "cuda-unknown-error"),
        sources=("openai/whisper whisper/transcribe.py",),
    ),
    Signature(
        id="sherpa-cpu",
        title="sherpa-onnx was built without the GPU and falls back to the CPU",
        patterns=(
            "Please compile with -DSHERPA_ONNX_ENABLE_GPU=ON",
            "Available providers: <providers:text>. Fallback to cpu!",
        ),
        sample="Please compile with -DSHERPA_ONNX_ENABLE_GPU=ON. Available providers: CPUExecutionProvider, . "
        "Fallback to cpu!",
        cause="The package has the onnxruntime for the CPU.",
        does_not_mean="that the GPU is unsupported.",
        fix="Install the wheel with +cuda in its version, or build with -DSHERPA_ONNX_ENABLE_GPU=ON.",
        sources=("k2-fsa/sherpa-onnx sherpa-onnx/csrc/session.cc",),
    ),
    Signature(
        id="ort-cpu",
        title="ONNX Runtime fell back to the CPU",
        severity=Severity.WARNING,
        patterns=(
            "Falling back to ['CPUExecutionProvider'] and retrying",
            "EP Error <...> when using ['CUDAExecutionProvider<...>Falling back to",
        ),
        sample="Falling back to ['CPUExecutionProvider'] and retrying.",
        cause="The CUDA provider could not be made; the reason stands above.",
        does_not_mean="that the model needs the CPU.",
        fix="Read the error above; ask session.get_providers() in the program and stop if CUDA is not in it.",
        after=(
            "ort-provider-not-loaded",
            "ort-provider-not-available",
            "cuda-library-missing",
            "cudnn-library-missing",
        ),
        sources=("onnxruntime-gpu 1.31.1 onnxruntime/capi/onnxruntime_inference_collection.py",),
    ),
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
        does_not_mean="that the GPU is unsupported.",
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
        does_not_mean="that the GPU is unsupported.",
        fix='--gpus all in containers; pip install "tensorflow[and-cuda]".',
        after=("driver-not-in-container", "libcuda-missing", "tf-libraries-missing"),
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="numba-no-cuda",
        title="Numba has CUDA switched off or finds none",
        severity=Severity.WARNING,
        patterns=("CUDA is disabled due to setting NUMBA_DISABLE_CUDA=1", "libNVVM cannot be found"),
        sample="libNVVM cannot be found. Do `conda install cudatoolkit`:",
        cause="NUMBA_DISABLE_CUDA is set, or the toolkit's libnvvm is not in the search path.",
        does_not_mean="that the GPU is unsupported.",
        fix="Unset the variable; install numba-cuda[cu12] or a toolkit and set CUDA_HOME.",
        sources=("numba/numba numba/cuda/cudadrv/driver.py", "numba/numba numba/cuda/cudadrv/nvvm.py"),
    ),
    Signature(
        id="numba-unsupported-cc",
        title="Numba's toolkit does not know the GPU",
        patterns=("No supported GPU compute capabilities found", "GPU compute capability <cc:ver> is not supported"),
        sample="NvvmSupportError: No supported GPU compute capabilities found. Please check your cudatoolkit version "
        "matches your "
        "CUDA version.",
        cause="The toolkit that Numba found is too new or too old for its table of GPUs.",
        does_not_mean="that the driver is wrong.",
        fix="numba-cuda, and a toolkit that it supports.",
        sources=("numba/numba numba/cuda/cudadrv/nvvm.py",),
    ),
)
