"""Lines of CTranslate2 and of faster-whisper, WhisperX and others that use it."""

from __future__ import annotations

from cudacompat.domain.logs.signature import LineAddition, LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity

_OWN: tuple[Signature, ...] = (
    Signature(
        id="ct2-cublas-not-supported",
        title="cuBLAS rejects the INT8 product of CTranslate2 on this GPU",
        patterns=("cuBLAS failed with status CUBLAS_STATUS_NOT_SUPPORTED",),
        sample="RuntimeError: cuBLAS failed with status CUBLAS_STATUS_NOT_SUPPORTED",
        cause="On the RTX 50 series cuBLAS needs padded INT8 matrices, which CTranslate2 before its change #1982 "
        "does not provide. `auto` and `default` choose int8 for many models.",
        does_not_mean="a missing architecture: float16 and float32 work with the same library",
        fix='Use compute_type="float16", or a CTranslate2 release with #1982.',
        sources=("OpenNMT/CTranslate2#1865", "Purfview/whisper-standalone-win#403"),
    ),
    Signature(
        id="ct2-no-cuda",
        title="this CTranslate2 was built without CUDA",
        patterns=("This CTranslate2 package was not compiled with CUDA support",),
        sample="ValueError: This CTranslate2 package was not compiled with CUDA support",
        cause="A package for macOS or for another platform, or an own build without -DWITH_CUDA=ON.",
        does_not_mean="the driver",
        fix="Install the wheel from PyPI on x86-64 Linux or Windows, or build with -DWITH_CUDA=ON -DWITH_CUDNN=ON.",
        sources=("OpenNMT/CTranslate2 src/devices.cc",),
    ),
    Signature(
        id="ct2-float16-not-efficient",
        title="{type} is not to be had on this device: often it is the CPU",
        patterns=("Requested <type:word> compute type, but the target device or backend do not support efficient",),
        sample="ValueError: Requested float16 compute type, but the target device or backend do not support "
        "efficient float16 "
        "computation.",
        cause="The model is loaded on the CPU, or on a GPU before 7.0 (6.0 and 6.2 aside), where float16 is slow.",
        does_not_mean="missing code for the GPU",
        fix='See which device is used; compute_type="int8" or "float32" works everywhere.',
        sources=("OpenNMT/CTranslate2 src/types.cc",),
    ),
    Signature(
        id="ct2-type-converted",
        title="CTranslate2 changed the compute type: often the model runs on the CPU",
        severity=Severity.WARNING,
        patterns=(
            "The compute type inferred from the saved model is <type:word>, but the target device or backend do not "
            "support efficient",
            "The model weights have been automatically converted to use the",
        ),
        sample="[ctranslate2] [warning] The compute type inferred from the saved model is float16, but the target "
        "device or "
        "backend do not support efficient float16 computation. The model weights have been automatically converted to "
        "use the float32 compute type instead.",
        cause="The device has no fast arithmetic of that type: it is the CPU, or an old GPU.",
        does_not_mean="a failure",
        fix='If a GPU was meant: device="cuda", and check that it is found.',
        command="python -c 'import ctranslate2; print(ctranslate2.get_cuda_device_count())'",
        sources=("OpenNMT/CTranslate2 src/models/model.cc",),
    ),
    Signature(
        id="ct2-library-missing",
        title="CTranslate2 does not find {library}",
        patterns=("Library <library:cudafile> is not found or cannot be loaded",),
        sample="RuntimeError: Library libcublas.so.12 is not found or cannot be loaded",
        cause="CTranslate2 4 loads cuBLAS of CUDA 12 on first use and does not bring it along.",
        does_not_mean="the driver; the GPU",
        fix="Install the package that contains this exact file, and add its lib directory to LD_LIBRARY_PATH. "
        "With CUDA 11 use ctranslate2 3.24.",
        command="pip install nvidia-cublas-cu12 'nvidia-cudnn-cu12==9.*'",
        distinct=("library",),
        sources=("OpenNMT/CTranslate2 src/cuda/cublas_stub.cc", "SYSTRAN/faster-whisper README (GPU)"),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("CTranslate2 and faster-whisper", _OWN, place=120),),
    additions=(LineAddition(id="cudnn-library-missing", fix="for cuDNN 8 ctranslate2==4.4.0."),),
)
