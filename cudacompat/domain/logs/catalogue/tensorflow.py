"""Lines of TensorFlow. (Its JIT line is in jit, its use of the CPU in cpu_fallback.)"""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature
from cudacompat.domain.words.finding import Severity

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="tf-gpu-too-old",
        title="TensorFlow leaves the GPU out: its compute capability is too low",
        patterns=("with Cuda compute capability <cc:ver>. The minimum required Cuda capability is <minimum:ver>",),
        sample="Ignoring visible gpu device (device: 0, name: Tesla K40m, pci bus id: 0000:02:00.0, compute "
        "capability: 3.5) "
        "with Cuda compute capability 3.5. The minimum required Cuda capability is 5.0.",
        cause="The wheel was built for {minimum} and up.",
        does_not_mean="the driver",
        fix="An older TensorFlow, or an own build with TF_CUDA_COMPUTE_CAPABILITIES.",
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="tf-libraries-missing",
        title="TensorFlow misses CUDA libraries and leaves the GPU out",
        patterns=(
            "Cannot dlopen some GPU libraries",
            "Skipping registering GPU devices",
            "Error loading CUDA libraries. GPU will not be used",
        ),
        sample="Cannot dlopen some GPU libraries. Please make sure the missing libraries mentioned above are "
        "installed properly "
        "if you would like to use GPU.",
        cause="One of cuDNN, cuBLAS, cuFFT and others is not in the search path; the CPU is used.",
        does_not_mean="the GPU",
        fix='pip install "tensorflow[and-cuda]", which brings the libraries.',
        command='pip install "tensorflow[and-cuda]"',
        after=("cuda-library-missing",),
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="tf-cuinit-failed",
        title="TensorFlow could not start CUDA",
        patterns=(
            "kernel driver does not appear to be running on this host",
            "failed call to cuInit: <error:word>",
            "failed call to cuInit",
        ),
        sample="E external/local_xla/xla/stream_executor/cuda/cuda_driver.cc:152] failed call to cuInit: INTERNAL: "
        "CUDA error: "
        "Failed call to cuInit: UNKNOWN ERROR (303)",
        cause="The driver is not there or sees no GPU; 303 is what it says where libcuda.so.1 cannot be loaded.",
        does_not_mean="a missing architecture",
        fix="In a container --gpus all; else look at the driver.",
        command="cudacompat doctor",
        after=("driver-not-in-container", "libcuda-missing"),
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="tf-dso-mismatch",
        title="TensorFlow sees a libcuda that does not fit the kernel module",
        patterns=("does not match DSO version <...> cannot find working devices in this configuration",),
        sample="kernel version 535.161.7 does not match DSO version 550.54.14 -- cannot find working devices in this "
        "configuration",
        cause="The driver was updated without a restart, or an image brings its own libcuda.",
        does_not_mean="the GPU",
        fix="Restart; take libcuda out of the image.",
        sources=("tensorflow 2.21.0 libtensorflow_framework.so.2 (text)",),
    ),
    Signature(
        id="tf-duplicate-factory",
        title="TensorFlow notes that a CUDA library was registered twice",
        severity=Severity.NOTE,
        patterns=(
            "Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN",
            "Unable to register cuBLAS factory: Attempting to register factory for plugin cuBLAS",
            "Unable to register cuFFT factory: Attempting to register factory for plugin cuFFT",
        ),
        sample="E external/local_xla/xla/stream_executor/cuda/cuda_dnn.cc:9261] Unable to register cuDNN factory: "
        "Attempting to "
        "register factory for plugin cuDNN when one has already been registered",
        cause="TensorFlow 2.14 to 2.18 load the code twice and say so with the letter E.",
        does_not_mean="a failure: the GPU is used",
        fix="Nothing to do.",
        sources=("tensorflow 2.18.0 (text)",),
    ),
    Signature(
        id="tf-no-tensorrt",
        title="TensorFlow notes that TensorRT is not installed",
        severity=Severity.NOTE,
        patterns=("TF-TRT Warning: Could not find TensorRT",),
        sample="W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning: Could not find TensorRT",
        cause="TensorRT is optional.",
        does_not_mean="a failure; an unused GPU",
        fix="Nothing to do.",
        sources=("tensorflow 2.18.0 (text)",),
    ),
    Signature(
        id="tf-cpu-too-old",
        title="this TensorFlow needs CPU instructions that the machine does not have",
        patterns=(
            "The TensorFlow library was compiled to use <isa:word> instructions, but these aren't available on your "
            "machine",
        ),
        sample="The TensorFlow library was compiled to use AVX instructions, but these aren't available on your "
        "machine.",
        cause="The wheel is built for CPUs with {isa}.",
        does_not_mean="the GPU",
        fix="A build for older CPUs (conda-forge), or another machine or CPU model of the virtual machine.",
        sources=("tensorflow 2.18.0 (text)",),
    ),
    Signature(
        id="tf-memory-full",
        title="TensorFlow found no room in the GPU's memory",
        patterns=(
            "Dst tensor is not initialized",
            "CUDA runtime implicit initialization on GPU:<n:num> failed. Status: out of memory",
            "Allocator (GPU_<n:num>_bfc) ran out of memory trying to allocate <size:word>",
            "failed to allocate <size:word> <...> from device: CUDA_ERROR_OUT_OF_MEMORY",
        ),
        sample="InternalError: Failed copying input tensor from CPU:0 to GPU:0 in order to run _EagerConst: Dst tensor "
        "is not initialized.",
        cause="A copy to the GPU had no memory left: another process (a notebook that is still open) holds it, or "
        "batch or data set are too large.",
        does_not_mean="a fault of the tensor, as the words say",
        fix="See who holds the memory, end it, and take a smaller batch; TF_FORCE_GPU_ALLOW_GROWTH=true lets several "
        "processes share a GPU.",
        command="nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv",
        sources=(
            "tensorflow/tensorflow tensorflow/core/common_runtime/gpu/gpu_util.cc",
            "tensorflow/tensorflow third_party/xla/xla/tsl/framework/bfc_allocator.cc",
        ),
    ),
    Signature(
        id="tf-no-library-in-executor",
        title="TensorFlow's stream has no cuBLAS or cuDNN",
        patterns=(
            "Attempting to perform BLAS operation using StreamExecutor without BLAS support",
            "No DNN in stream executor",
            "Attempting to perform DNN operation using StreamExecutor without DNN support",
        ),
        sample="InternalError: Attempting to perform BLAS operation using StreamExecutor without BLAS support",
        cause="Making the handle failed earlier, most often because no memory was left on the GPU for it (another "
        "process holds it), or because the library is not of TensorFlow's release.",
        does_not_mean="a TensorFlow without CUDA",
        fix="Read the E lines of cuda_blas.cc or cuda_dnn.cc before it; free the GPU, or set "
        "TF_FORCE_GPU_ALLOW_GROWTH=true.",
        command="nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv",
        role=Role.CHAIN_END,
        sources=("tensorflow/tensorflow#43174", "openxla/xla xla/stream_executor/stream.cc"),
    ),
    Signature(
        id="tf-gpu-too-small",
        title="TensorFlow leaves the GPU out: it has {cores} multiprocessors, and {minimum} are asked for",
        patterns=("with core count: <cores:num>. The minimum required count is <minimum:num>",),
        sample="Ignoring visible gpu device (device: 1, name: GeForce GT 710, pci bus id: 0000:02:00.0, compute "
        "capability: 3.5) with core count: 1. The minimum required count is 8. You can adjust this requirement with "
        "the env var TF_MIN_GPU_MULTIPROCESSOR_COUNT.",
        cause="TensorFlow skips GPUs that are much smaller than the largest one of the machine.",
        does_not_mean="a broken GPU; the driver",
        fix="Set TF_MIN_GPU_MULTIPROCESSOR_COUNT to the number that the line names, or hide the GPU with "
        "CUDA_VISIBLE_DEVICES. (Its compute capability may be too low as well.)",
        command="export TF_MIN_GPU_MULTIPROCESSOR_COUNT={cores}",
        sources=("tensorflow/tensorflow tensorflow/core/common_runtime/gpu/gpu_device.cc",),
    ),
    Signature(
        id="tf-gpu-ignored",
        title="TensorFlow leaves a GPU out",
        patterns=("Ignoring visible gpu device",),
        sample="Ignoring visible gpu device (device: 0, name: Quadro K620, pci bus id: 0000:01:00.0)",
        cause="The GPU is too small or too old for this build of TensorFlow; the rest of the line says which.",
        does_not_mean="a broken GPU; the driver",
        fix="Read the rest of the line. For a compute capability that is too low, install an older TensorFlow.",
        sources=("tensorflow/tensorflow tensorflow/core/common_runtime/gpu/gpu_device.cc",),
    ),
)
