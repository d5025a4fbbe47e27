"""What OpenCV prints, when it is configured and when it runs, about CUDA that it does not have."""

from __future__ import annotations

import re

from cudacompat.domain.logs.cases import Case, LogSign
from cudacompat.domain.logs.signature import LineAddition, LogLines, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity

_DETECT = "opencv/opencv cmake/OpenCVDetectCUDAUtils.cmake"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="opencv-no-arch-found",
        title="OpenCV's configuration found no architecture that nvcc can build",
        patterns=(
            "CUDA: Autodetection arch list is empty",
            "OpenCVDetectCUDAUtils.cmake:<line:num> (list): list GET given empty list",
            "Automatic detection of CUDA generation failed. Going to build for all known architectures",
        ),
        sample="CMake Warning at cmake/OpenCVDetectCUDAUtils.cmake:188 (message):\n  CUDA: Autodetection arch list "
        "is empty.  "
        "Please enable\n  OPENCV_CMAKE_CUDA_DEBUG=1 and check/specify\n  OPENCV_CUDA_DETECTION_NVCC_FLAGS variable",
        cause="OpenCV tries nvcc with each architecture. All tries failed: the host compiler (gcc, g++, cl.exe) is "
        "one that "
        "this CUDA release does not support, or nvcc does not run.",
        does_not_mean="the GPU",
        fix="Name a host compiler that this CUDA release supports (-DCUDA_HOST_COMPILER, CMAKE_CUDA_HOST_COMPILER), "
        "set "
        "CUDA_ARCH_BIN yourself, and configure in an empty directory. OPENCV_CMAKE_CUDA_DEBUG=1 shows nvcc's error.",
        command="cmake -B build -DWITH_CUDA=ON -DOPENCV_CMAKE_CUDA_DEBUG=1",
        sources=("opencv/opencv#28952", _DETECT),
    ),
    Signature(
        id="opencv-optical-flow-missing",
        title="OpenCV's configuration could not download NVIDIA's optical flow headers",
        patterns=("Nvidia Optical Flow headers not found. Make sure cmake downloads it properly",),
        sample='nvidiaOpticalFlow.cpp:15:1: CV_Error(cv::Error::HeaderIsNull, "Nvidia Optical Flow headers not found. '
        'Make sure cmake downloads it properly");',
        cause="CMake fetches them from GitHub. Without a network, as in a sandboxed build, the module cudaoptflow of "
        "OpenCV 4.1 does not compile.",
        does_not_mean="the compiler; the GPU",
        fix="Give the build a network, or put the archive into OpenCV's download cache (OPENCV_DOWNLOAD_PATH); or "
        "leave the module out.",
        command="cmake -B build -DWITH_CUDA=ON -DBUILD_opencv_cudaoptflow=OFF",
        sources=("NixOS/nixpkgs#81103", "opencv/opencv_contrib#2333"),
    ),
    Signature(
        id="opencv-dnn-arch-too-low",
        title="OpenCV's DNN module needs targets of 5.3 or higher",
        patterns=("CUDA backend for DNN module requires CC <needed:ver> or higher",),
        sample="CMake Error at modules/dnn/CMakeLists.txt:41 (message):\n  CUDA backend for DNN module requires CC "
        "5.3 or "
        "higher.  Please remove\n  unsupported architectures from CUDA_ARCH_BIN option.",
        cause="CUDA_ARCH_BIN (or its default) holds an architecture below {needed}.",
        does_not_mean="a missing cuDNN",
        fix="Set CUDA_ARCH_BIN to the GPUs that are used, or switch it off with OPENCV_DNN_CUDA=OFF.",
        command="cmake -B build -DWITH_CUDA=ON -DOPENCV_DNN_CUDA=ON",
        sources=("opencv/opencv modules/dnn/CMakeLists.txt",),
    ),
    Signature(
        id="opencv-needs-contrib",
        title="OpenCV with CUDA needs the modules of opencv_contrib",
        patterns=(
            "OpenCV requires enabled 'cudev' module from 'opencv_contrib'",
            "opencv_cudev is required",
            "No modules has been found: <folder:word>",
        ),
        sample="CMake Error at modules/core/CMakeLists.txt:40 (message):\n  CUDA: OpenCV requires enabled 'cudev' "
        "module from 'opencv_contrib'",
        cause="The CUDA modules are in another repository since OpenCV 4: it was not named, is of another release, or "
        "the path begins with ~, which CMake does not expand.",
        does_not_mean="the toolkit; the architecture",
        fix="Check out opencv_contrib at the tag of OpenCV and give the whole path of its modules directory to "
        "-DOPENCV_EXTRA_MODULES_PATH, in an empty build directory.",
        sources=("opencv/opencv#16331", "opencv/opencv#12768", "opencv/opencv#14205"),
    ),
    Signature(
        id="opencv-dnn-on-cpu",
        title="OpenCV's DNN module runs on the CPU: it was built without CUDA",
        severity=Severity.WARNING,
        patterns=(
            "DNN module was not built with CUDA backend; switching to CPU",
            "unable to use CUDA backend; switching to CPU",
            "CUDA is not supported; switching to CPU",
        ),
        sample="[ WARN:0@4.1] global net_impl.cpp:178 setUpNet DNN module was not built with CUDA backend; switching "
        "to CPU",
        cause="DNN_BACKEND_CUDA was chosen and the library was built without OPENCV_DNN_CUDA: pip's opencv-python "
        "has no "
        "CUDA at all. The warning is printed once, and the CPU does the work.",
        does_not_mean="the driver; the GPU",
        fix="Build OpenCV with -DWITH_CUDA=ON -DWITH_CUDNN=ON -DOPENCV_DNN_CUDA=ON and opencv_contrib, or use a "
        "package "
        "that was built so.",
        command="python -c 'import cv2; print(cv2.getBuildInformation())'",
        sources=("opencv/opencv modules/dnn/src/net_impl.cpp",),
    ),
    Signature(
        id="opencv-dnn-target-without-backend",
        title="OpenCV's DNN module was asked for the GPU and has no CUDA backend",
        patterns=("preferableBackend != DNN_BACKEND_OPENCV || preferableTarget == DNN_TARGET_CPU",),
        sample="cv2.error: OpenCV(4.2.0) opencv/modules/dnn/src/dnn.cpp:1304: error: (-215:Assertion failed) "
        "preferableBackend != DNN_BACKEND_OPENCV || preferableTarget == DNN_TARGET_CPU || preferableTarget == "
        "DNN_TARGET_OPENCL || preferableTarget == DNN_TARGET_OPENCL_FP16 in function 'setUpNet'",
        cause="DNN_TARGET_CUDA was chosen, and the module fell back to its own backend: it was built without "
        "OPENCV_DNN_CUDA, or without the cuDNN that this needs.",
        does_not_mean="the model; the driver",
        fix="Build OpenCV with -DWITH_CUDA=ON -DWITH_CUDNN=ON -DOPENCV_DNN_CUDA=ON and opencv_contrib; "
        "cv2.getBuildInformation() has to show cuDNN and the GPU's number.",
        command="python -c 'import cv2; print(cv2.getBuildInformation())'",
        sources=("opencv/opencv#17372", "opencv/opencv#16439"),
    ),
    Signature(
        id="opencv-without-cuda",
        title="this OpenCV was built without CUDA",
        patterns=(
            "The called functionality is disabled for current build or platform in function 'throw_no_cuda'",
            "The library is compiled without CUDA support in function 'throw_no_cuda'",
            "(-216:No CUDA support) The library is compiled without CUDA support",
            "(-216:No CUDA support) The called functionality is disabled for current build or platform",
        ),
        sample="cv2.error: OpenCV(4.10.0) /io/opencv/modules/core/include/opencv2/core/private.cuda.hpp:106: error: "
        "(-216:No "
        "CUDA support) The library is compiled without CUDA support in function 'throw_no_cuda'",
        cause="pip's opencv-python and the distributions' packages have no CUDA.",
        does_not_mean="the driver",
        fix="Build OpenCV with -DWITH_CUDA=ON and opencv_contrib, and uninstall opencv-python, which would be loaded "
        "first.",
        command="python -c 'import cv2; print(cv2.getBuildInformation())'",
        sources=("opencv/opencv modules/core/include/opencv2/core/private.cuda.hpp",),
    ),
    Signature(
        id="opencv-not-for-gpu",
        title="OpenCV's DNN module was not built for this GPU",
        patterns=(
            "OpenCV was not built to work with the selected device",
            "CUDA backend is not supported on this device",
        ),
        sample="cv2.error: OpenCV(4.5.3) dnn.cpp:2385: error: (-216:No CUDA support) OpenCV was not built to work with "
        "the selected device. Please check CUDA_ARCH_PTX or CUDA_ARCH_BIN in your build configuration.",
        cause="CUDA_ARCH_BIN of the build lacks the GPU, and CUDA_ARCH_PTX gave no code that the driver can compile "
        "for it; or the GPU is below 5.3, which the module does not take.",
        does_not_mean="a build without CUDA",
        fix="Build OpenCV again with the GPU's compute capability in CUDA_ARCH_BIN.",
        command="cmake -B build -DWITH_CUDA=ON -DOPENCV_DNN_CUDA=ON -DCUDA_ARCH_BIN={capability}",
        sources=("opencv/opencv#20706", "opencv/opencv#25744"),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("OpenCV", _OWN, place=187),),
    additions=(
        LineAddition(
            id="cuda-no-kernel-image",
            cases=(
                Case(
                    when=("opencv",),
                    fix="Build OpenCV again with CUDA_ARCH_BIN for this GPU, in an empty build directory: "
                    "CUDA_ARCH_BIN and "
                    "CUDA_ARCH_PTX of this build have nothing that fits it.",
                    command="cudacompat generate opencv --gpu {gpu}",
                ),
            ),
        ),
    ),
    signs=(LogSign("opencv", re.compile(r"\bOpenCV\(|-217:Gpu API call|\bcv2\.error"), (b"OpenCV(",), "OpenCV"),),
)
