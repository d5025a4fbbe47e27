"""Lines of ONNX Runtime."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import GpuMeaning, LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity

_OWN: tuple[Signature, ...] = (
    Signature(
        id="ort-no-kernel-image",
        title="this ONNX Runtime has no code for the GPU",
        patterns=(
            "Non-zero status code returned while running <node:word> node. <...> no kernel image is available for "
            "execution on the device",
            "CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device",
        ),
        sample="Non-zero status code returned while running Relu node. Name:'Relu_2' Status Message: CUDA error "
        "cudaErrorNoKernelImageForDevice:no kernel image is available for execution on the device",
        cause="The onnxruntime-gpu wheel has neither machine code nor PTX for the GPU. Its default list has no "
        "PTX, and releases differ: 1.22.0 ran on an RTX 5090, 1.23.0 did not.",
        does_not_mean="the model; the node that the message names; cuDNN",
        fix="Install another release of onnxruntime-gpu, or build it with CMAKE_CUDA_ARCHITECTURES={number}.",
        command="cudacompat generate onnxruntime --gpu {gpu}",
        sources=("microsoft/onnxruntime#26221", "microsoft/onnxruntime#26181", "microsoft/onnxruntime#26245"),
        gpu=GpuMeaning.NO_IMAGE,
    ),
    Signature(
        id="ort-provider-not-loaded",
        title="ONNX Runtime could not load its CUDA provider, so the CPU does the work",
        patterns=(
            "Require cuDNN <cudnn:text> and CUDA <cuda:text>",
            "Failed to create CUDAExecutionProvider",
            "Failed to load library <...>onnxruntime_providers_cuda.so with error",
            'Error loading "<...>onnxruntime_providers_cuda.dll"',
            "LoadLibrary failed with error 126 <...>onnxruntime_providers_cuda.dll",
            'onnxruntime_providers_cuda.dll" which depends on',
            "CUDA_PATH is set but CUDA wasn't able to be loaded",
            "CUDA_PATH is set but CUDA wasnt able to be loaded",
            "Failed to find CUDA shared provider",
            "Failed to load shared library onnxruntime_providers_cuda",
        ),
        sample="[E:onnxruntime:Default, provider_bridge_ort.cc:1992] Failed to load library "
        "libonnxruntime_providers_cuda.so "
        "with error: libcublasLt.so.12: cannot open shared object file: No such file or directory",
        cause="The provider needs cuBLAS, cuDNN and cuFFT with the major versions it was built with. Without "
        "them the session falls back to the CPU.",
        does_not_mean="the GPU",
        fix=(
            'Install the libraries that the line names: pip install "onnxruntime-gpu[cuda,cudnn]", then call '
            "onnxruntime.preload_dlls() or set LD_LIBRARY_PATH."
        ),
        command="python -c 'import onnxruntime as o; print(o.get_available_providers())'",
        cases=(
            Case(
                when=("jvm",),
                fix="Install the CUDA and cuDNN libraries of the releases that this package was built with, and let "
                "the loader find them; or take the release of com.microsoft.onnxruntime:onnxruntime_gpu that was built "
                "with those that are there.",
                command="ldconfig -p",
            ),
            Case(
                when=("dotnet",),
                fix="Install the CUDA and cuDNN libraries of the releases that this package was built with, and let "
                "the loader find them; or take the release of Microsoft.ML.OnnxRuntime.Gpu that was built with those "
                "that are there.",
                command="ldconfig -p",
            ),
            Case(
                when=("cargo", "windows"),
                fix="Put the DLLs of CUDA 12 and cuDNN 9 of the line on PATH, or copy them next to the program; "
                "or let the crate download its build for the CUDA that is installed (ORT_CUDA_VERSION=13).",
                command="where.exe cublasLt64_12.dll cudnn64_9.dll",
            ),
            Case(
                when=("cargo",),
                fix="Install CUDA 12 and cuDNN 9 as libraries of the system and put them into LD_LIBRARY_PATH or "
                "ldconfig; or let the crate download its build for the CUDA that is installed (ORT_CUDA_VERSION=13).",
                command="ldconfig -p",
            ),
            Case(
                when=("cuda11_library",),
                cause="This onnxruntime-gpu was built for CUDA 11 (PyPI's up to 1.18), and CUDA 11's libraries are not "
                "found. Without them the session falls back to the CPU.",
                fix="Use onnxruntime-gpu 1.19 or newer, which is for CUDA 12; or keep this one and install "
                "CUDA 11's libraries: nvidia-cublas-cu11, nvidia-cuda-runtime-cu11, nvidia-cudnn-cu11 and "
                "nvidia-cufft-cu11, with their directories in LD_LIBRARY_PATH.",
                command='pip install --upgrade "onnxruntime-gpu[cuda,cudnn]"',
            ),
        ),
        sources=(
            "pykeio/ort#603",
            "microsoft/onnxruntime#22968",
            "PaddlePaddle/PaddleNLP#8195",
            "pykeio/ort#548",
            "https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html",
        ),
    ),
    Signature(
        id="ort-provider-not-available",
        title="this onnxruntime has no CUDA provider at all",
        patterns=(
            "Failed to create TensorrtExecutionProvider<+>requirements",
            "Specified provider 'CUDAExecutionProvider' is not in available provider names",
            "CUDA execution provider is not enabled in this build",
            "CUDA provider is not enabled in this build",
            "Unable to find CUDA provider: not built with CUDA",
        ),
        sample="UserWarning: Specified provider 'CUDAExecutionProvider' is not in available provider names.Available "
        "providers: "
        "'AzureExecutionProvider, CPUExecutionProvider'",
        cause="The package is `onnxruntime` and not `onnxruntime-gpu`, or both are installed and the first one won.",
        does_not_mean="a missing driver; a missing GPU",
        fix="Remove both and install onnxruntime-gpu alone.",
        command="pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu",
        sources=("onnxruntime-gpu 1.31.1 onnxruntime/capi/onnxruntime_inference_collection.py",),
    ),
    Signature(
        id="ort-cudnn-failure",
        title="cuDNN failed inside ONNX Runtime",
        patterns=(
            "CUDNN_FE failure <n:num>: CUDNN_BACKEND_API_FAILED",
            "CUDNN failure <n:num>: CUDNN_STATUS_<status:word>",
            "CUDNN_BACKEND_API_FAILED",
        ),
        sample="onnxruntime::CudnnCall CUDNN_FE failure 11: CUDNN_BACKEND_API_FAILED ; GPU=0",
        cause="The cuDNN that was loaded does not fit the provider or the GPU (for the 50 series 9.7 or newer), or "
        "memory ran out.",
        does_not_mean="ONNX Runtime's own kernels",
        fix="A newer cuDNN of the same major version; see which one is loaded.",
        command="pip install --upgrade 'nvidia-cudnn-cu12==9.*'",
        sources=("onnxruntime-gpu 1.31.1 libonnxruntime_providers_cuda.so (text)",),
    ),
)

_CPU: tuple[Signature, ...] = (
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
        does_not_mean="the GPU",
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
        cause="The CUDA provider could not be made; the reason is above.",
        does_not_mean="a model that needs the CPU",
        fix="Read the error above; ask session.get_providers() in the program and stop if CUDA is not in it.",
        after=(
            "ort-provider-not-loaded",
            "ort-provider-not-available",
            "cuda-library-missing",
            "cudnn-library-missing",
        ),
        sources=("onnxruntime-gpu 1.31.1 onnxruntime/capi/onnxruntime_inference_collection.py",),
    ),
)

_SIGNS = (
    LogSign(
        "cuda11_library",
        re.compile(
            r"lib(?:cublas(?:Lt)?\.so\.11|cufft\.so\.10|cudart\.so\.11\.0): cannot open shared object"
            r"|(?:cublas(?:Lt)?64_11|cufft64_10|cudart64_110)\.dll"
        ),
        (),
        "a program built for CUDA 11, by the library that it lacks",
    ),
)

LINES = LogLines(
    groups=(
        SignatureGroup("ONNX Runtime", _OWN, place=160),
        SignatureGroup("Silent use of the CPU", _CPU, before="jax-cpu"),
    ),
    signs=_SIGNS,
)
