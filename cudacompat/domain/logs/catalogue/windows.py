"""Lines of Visual Studio, MSBuild and Windows' loader about CUDA."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Role, Signature

_INSTALL = "https://docs.nvidia.com/cuda/cuda-installation-guide-microsoft-windows/"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="msbuild-cuda-command-failed",
        title="MSBuild: a command of the CUDA build failed",
        patterns=(
            'error MSB3721: The command ""<...>nvcc.exe<...> exited with code',
            "error MSB3721: The command <...>nvcc",
        ),
        sample='C:\\BuildCustomizations\\CUDA 12.8.targets(801,9): error MSB3721: The command ""C:\\Program '
        "Files\\NVIDIA "
        'GPU Computing Toolkit\\CUDA\\v12.8\\bin\\nvcc.exe" --use-local-env -c kernel.cu" exited with code 1.',
        cause="Visual Studio's report that nvcc ended with an error; nvcc's own line is before it.",
        does_not_mean="MSBuild",
        fix="Read the first error of nvcc or cl.exe before it.",
        role=Role.END,
        sources=("CUDA 12.8.targets of the Visual Studio integration",),
    ),
    Signature(
        id="msbuild-no-cuda-integration",
        title="Visual Studio has no integration of CUDA {version}",
        patterns=(
            "The CUDA Toolkit directory '<dir:text>' does not exist",
            'BuildCustomizations\\CUDA <version:ver>.props" was not found',
            'CUDA <version:ver>.props" was not found',
            "The CUDA Toolkit v<version:ver> directory <dir:text> does not exist",
            "define the CudaToolkitDir property",
        ),
        sample='error MSB4019: The imported project "C:\\Program Files\\Microsoft Visual '
        "Studio\\2022\\Community\\MSBuild\\"
        'Microsoft\\VC\\v170\\BuildCustomizations\\CUDA 12.1.props" was not found.',
        cause="The project names a CUDA release whose Visual Studio integration is not installed: another release "
        "is, or "
        "Visual Studio came after the toolkit.",
        does_not_mean="a missing nvcc",
        fix="Install that release, or name the installed one in the project (Build Customizations); or run the CUDA "
        "installer again and choose Visual Studio Integration.",
        sources=(_INSTALL,),
    ),
    Signature(
        id="link-cuda-lib-missing",
        title="the Windows linker does not find {library}",
        patterns=(
            "LINK : fatal error LNK1181: cannot open input file "
            "'<library:(cuda|cudart|cudart_static|cublas|cublasLt|cudnn|"
            "curand|cufft|cusparse|cusolver|nvrtc|nvcuvid|nvml)>.lib'",
            "fatal error LNK1104: cannot open file "
            "'<library:(cuda|cudart|cudart_static|cublas|cublasLt|cudnn|curand|cufft|"
            "cusparse|cusolver|nvrtc|nvcuvid|nvml)>.lib'",
        ),
        sample="LINK : fatal error LNK1181: cannot open input file 'cublas.lib'",
        cause="CUDA's lib\\x64 directory is not in LIB, or the library was not chosen in the toolkit's installer.",
        does_not_mean="the GPU",
        fix="Set CUDA_PATH to the toolkit and add %CUDA_PATH%\\lib\\x64; install the missing component.",
        distinct=("library",),
        sources=("Microsoft Learn: Linker Tools Error LNK1181 and LNK1104", _INSTALL),
    ),
    Signature(
        id="msvc-no-cuda-headers",
        title="cl.exe does not find CUDA's headers",
        patterns=(
            "fatal error C1083: Cannot open include file: 'cuda_runtime.h'",
            "fatal error C1083: Cannot open include file: 'cuda.h'",
            "fatal error C1083: Cannot open include file: 'cuda_fp16.h'",
            "fatal error C1083: Cannot open include file: 'cublas_v2.h'",
            "fatal error C1083: Cannot open include file: 'cudnn.h'",
        ),
        sample="fatal error C1083: Cannot open include file: 'cuda_runtime.h': No such file or directory",
        cause="CUDA_PATH is not set for this shell, or the toolkit was installed without its development components.",
        does_not_mean="the driver",
        fix="Open a new x64 prompt after the installation; set CUDA_PATH and add %CUDA_PATH%\\include.",
        sources=(_INSTALL,),
    ),
    Signature(
        id="nvcc-no-cl",
        title="nvcc does not find Visual Studio's compiler cl.exe",
        patterns=(
            "nvcc fatal : Could not set up the environment for Microsoft Visual Studio",
            "Could not set up the environment for Microsoft Visual Studio",
            "where cl<...>returned non-zero exit status 1",
            "Error checking compiler version for cl: ",
        ),
        sample="nvcc fatal   : Could not set up the environment for Microsoft Visual Studio using 'C:/vs/vcvars64.bat'",
        cause="The shell is not Visual Studio's: cl.exe is on the PATH only in the Native Tools prompt.",
        does_not_mean="a Visual Studio that is too new (that says `unsupported Microsoft Visual Studio version`)",
        fix="Install the workload `Desktop development with C++`, and build in the `x64 Native Tools Command Prompt`.",
        command="where.exe cl.exe",
        sources=("measured with nvcc 13.5 (text)", "pytorch/pytorch torch/utils/cpp_extension.py"),
    ),
    Signature(
        id="nvcuda-dll-missing",
        title="Windows finds no nvcuda.dll: the driver is not installed",
        patterns=(
            "nvcuda.dll was not found",
            "Could not load dynamic library 'nvcuda.dll'",
            "nvcuda.dll not found",
            "Failed to load nvcuda.dll",
            "Failed to open dynamic library 'nvcuda.dll'",
            "Could not find module 'nvcuda.dll'",
        ),
        sample="The code execution cannot proceed because nvcuda.dll was not found.",
        cause="nvcuda.dll comes with NVIDIA's driver; Windows' basic display driver, a remote desktop host or a "
        "virtual "
        "machine without a GPU has none.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install the NVIDIA driver for this GPU.",
        command="nvidia-smi",
        sources=(_INSTALL,),
    ),
    Signature(
        id="cuda-dll-missing",
        title="a DLL of the CUDA toolkit is not found: {library}",
        patterns=(
            "Couldn't open CUDA library <library:word>",
            "Unable to load cuBLAS DSO",
            "Unable to load cuDNN DSO",
            "Could not locate <library:(cublas64*|cublasLt64*|cudart64*|cufft64*|curand64*|cusolver64*)>.dll",
            "Could not load dynamic library '<library:(cudart64*|cublas64*|cublasLt64*|cufft64*|curand64*|cusolver64*|"
            "cusparse64*|cudnn64*)>.dll'",
            "<library:(cudart64*|cublas64*|cublasLt64*|cufft64*|curand64*|cusolver64*|cusparse64*|cudnn64*)>.dll was "
            "not found",
            "Could not locate zlibwapi.dll. Please make sure it is in your library path",
        ),
        sample="Could not load dynamic library 'cudart64_110.dll'; dlerror: cudart64_110.dll not found",
        cause="The number in the name is the major release that the program needs; that toolkit is not installed, or "
        "its "
        "bin directory is not on PATH. cuDNN 8 on Windows also needs zlibwapi.dll.",
        does_not_mean="the age of the toolkit; the GPU",
        fix="Install that major release and put its bin directory (from CUDA 13 on bin\\x64) on PATH.",
        distinct=("library",),
        sources=("https://docs.nvidia.com/deeplearning/cudnn/installation/windows.html",),
    ),
    Signature(
        id="msvc-too-old-for-wheel",
        title="a Python package needs Visual C++ to be built",
        patterns=("Microsoft Visual C++ 14.0 or greater is required", "Microsoft Visual C++ 14.0 is required"),
        sample='error: Microsoft Visual C++ 14.0 or greater is required. Get it with "Microsoft C++ Build Tools"',
        cause="pip found no wheel for this Python and builds the package.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install a wheel for this Python and CUDA, or Visual Studio's Build Tools with the C++ workload.",
        sources=("setuptools msvc.py",),
    ),
    Signature(
        id="msvc-source-refused",
        title="Visual Studio's compiler refuses the source: {what}",
        patterns=("): error C<num>: <what:text>", "): fatal error C<num>: <what:text>"),
        sample="D:\\a\\common.cuh(118): error C3688: invalid literal suffix 'ms'",
        cause="The source needs another release of Visual Studio or of the C++ standard, or it is read in the "
        "system's code page and not as UTF-8 (C3688, C2001, C4819).",
        does_not_mean="the GPU; CUDA",
        fix="Take the release of Visual Studio that the project names; for characters that are misread add /utf-8 "
        "(-DCMAKE_CXX_FLAGS=/utf-8, and -Xcompiler=/utf-8 for nvcc).",
        role=Role.GENERAL,
        sources=("ggml-org/whisper.cpp#2428",),
    ),
    Signature(
        id="msvc-library-too-old",
        title="a library was built with a newer Visual Studio than the one that links: {symbol}",
        patterns=(
            "unresolved external symbol <symbol:(__std_*)>",
            "unresolved external symbol <symbol:(__imp___std_*)>",
        ),
        sample="libort_sys.rlib(svmclassifier.obj) : error LNK2019: unresolved external symbol __std_max_element_f",
        cause="Functions called __std_… are helpers of Microsoft's C++ library, and each update of Visual Studio "
        "brings "
        "more: the object needs one that this release does not have.",
        does_not_mean="CUDA; a library that was not named to the linker",
        fix="Update the build tools (Visual Studio 2022, newest release), and build again; or build the library with "
        "those "
        "that are here.",
        distinct=("symbol",),
        sources=("pykeio/ort#279", "https://learn.microsoft.com/en-us/cpp/porting/binary-compat-2015-2017"),
    ),
    Signature(
        id="windows-dll-dependency",
        title="Python cannot load a DLL: {library}",
        patterns=("Could not find module '<library:text>' (or one of its dependencies)",),
        sample="FileNotFoundError: Could not find module 'C:\\env\\Lib\\site-packages\\llama_cpp\\lib\\llama.dll' (or "
        "one of its dependencies). Try using the full path with constructor syntax.",
        cause="Where the file is there, a DLL that it needs is not found: those of the CUDA release that it was built "
        "with (cudart64_12.dll, cublas64_12.dll), or the Visual C++ runtime. Python on Windows does not search PATH.",
        does_not_mean="that the file itself is missing; the GPU",
        fix="Install the CUDA release that the package was built with and name its directory before the import: "
        "os.add_dll_directory(os.environ['CUDA_PATH'] + r'\\bin') (from CUDA 13 on bin\\x64). Where the file is not "
        "there, the package's build failed: install it again.",
        role=Role.GENERAL,
        distinct=("library",),
        sources=("abetlen/llama-cpp-python#225", "abetlen/llama-cpp-python#2083"),
    ),
    Signature(
        id="windows-dll-init",
        title="a DLL starts and fails: {library}",
        patterns=(
            'WinError 1114] <...>Error loading "<library:text>" or one of its dependencies',
            "WinError 1114] A dynamic link library (DLL) initialization routine failed",
            "WinError 1114]",
        ),
        sample="OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed. Error loading "
        '"c10.dll" or one of its dependencies.',
        cause="The file is found, and its start fails: most often the Visual C++ runtime of the machine (or the one "
        "that another package put before it) is older than the one that it was built with.",
        does_not_mean="a missing file; the GPU",
        fix="Install the newest Visual C++ Redistributable (https://aka.ms/vc14/vc_redist.x64.exe); import the GPU's "
        "package before those that bring another runtime (PyQt, OpenCV), and remove old msvcp140.dll from PATH.",
        sources=("nagadomi/nunif#701",),
    ),
    Signature(
        id="windows-paging-file",
        title="Windows has no virtual memory left to load CUDA's libraries",
        patterns=(
            'WinError 1455] <...>Error loading "<library:text>" or one of its dependencies',
            "WinError 1455]",
            "The paging file is too small for this operation to complete",
            "os error 1455",
        ),
        sample="OSError: [WinError 1455] The paging file is too small for this operation to complete. Error loading "
        '"cudnn_cnn_infer64_8.dll" or one of its dependencies.',
        cause="Every process that loads CUDA's libraries reserves some gigabytes, and the sum exceeds memory and "
        "paging file: many workers of a data loader, or models on top of them.",
        does_not_mean="a damaged file; the GPU's memory",
        fix="Let Windows manage the paging file on a drive with room (System, Advanced, Performance, Virtual memory) "
        "and start again; use fewer workers.",
        sources=("pytorch/pytorch#59904", "thu-ml/tianshou#297", "bmaltais/kohya_ss#449"),
    ),
    Signature(
        id="windows-wrong-dll",
        title="a DLL is for another processor, or damaged",
        patterns=(
            'WinError 193] <...>Error loading "<library:text>" or one of its dependencies',
            "WinError 193]",
            "is not a valid Win32 application",
        ),
        sample="OSError: [WinError 193] %1 is not a valid Win32 application",
        cause="A 32-bit Python loads a 64-bit library or the reverse, a library for ARM64 is loaded by an x64 program, "
        "or the download was cut off.",
        does_not_mean="a missing file; the GPU",
        fix="Take a 64-bit Python, and install the package again without the cache.",
        command="python -c 'import struct; print(struct.calcsize(\"P\") * 8)'",
        sources=("https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-",),
    ),
    Signature(
        id="msvc-traditional-preprocessor",
        title="CUDA's C++ headers want MSVC's conforming preprocessor",
        patterns=("MSVC/cl.exe with traditional preprocessor is used",),
        sample="CUDA\\v13.2\\include\\cccl\\cuda\\std\\__cccl\\preprocessor.h(23): fatal error C1189: #error:  "
        "MSVC/cl.exe with traditional preprocessor is used. This may lead to unexpected compilation errors.",
        cause="The CCCL of CUDA 13.2 and newer refuses the old preprocessor; nvcc does not hand the option on by "
        "itself.",
        does_not_mean="the architectures; the GPU",
        fix="Give cl.exe /Zc:preprocessor: for nvcc -Xcompiler /Zc:preprocessor (CMAKE_CUDA_FLAGS, or "
        "NVCC_APPEND_FLAGS=-Xcompiler /Zc:preprocessor where the build takes none); or build with CUDA 13.1 or older.",
        sources=(
            "NVIDIA/cccl#5171",
            "huggingface/candle#3686",
            "NVIDIA/cuda-samples#412",
            "mjun0812/flash-attention-prebuild-wheels#100",
        ),
    ),
    Signature(
        id="msvc-link-too-large",
        title="the library grew beyond what the linker can make",
        patterns=("fatal error LNK1248", "fatal error LNK1189"),
        sample="LINK : fatal error LNK1248: image size (80000000) exceeds maximum allowable size (7FFFFFFF)",
        cause="A DLL has at most 2 GB (and 65,535 exports): code for too many architectures is in it.",
        does_not_mean="memory or disk",
        fix="Build for fewer architectures, or split the library.",
        sources=("https://learn.microsoft.com/cpp/error-messages/tool-errors/linker-tools-error-lnk1248",),
    ),
    Signature(
        id="msvc-heap",
        title="the 32-bit compiler ran out of memory",
        patterns=("fatal error C1060: compiler is out of heap space", "fatal error C1002: compiler is out of heap"),
        sample="fatal error C1060: compiler is out of heap space",
        cause="cl.exe of the 32-bit tools has 2 to 4 GB for a source; or many compilers run at once.",
        does_not_mean="the GPU's memory",
        fix="Build from the x64 Native Tools prompt (or PreferredToolArchitecture=x64), with fewer jobs (MAX_JOBS=2).",
        sources=("https://learn.microsoft.com/cpp/error-messages/compiler-errors-1/fatal-error-c1060",),
    ),
    Signature(
        id="msbuild-no-toolset",
        title="Visual Studio lacks the toolset {toolset} of the project",
        patterns=("MSB8020: The build tools for <toolset:word> (Platform Toolset", "error MSB8020"),
        sample="error MSB8020: The build tools for v143 (Platform Toolset = 'v143') cannot be found.",
        cause="The project or CMake's cache names a toolset that this Visual Studio does not have.",
        does_not_mean="CUDA",
        fix="Install it with the Visual Studio Installer, or configure again with the one that is there (-T v143).",
        sources=("https://learn.microsoft.com/visualstudio/msbuild/errors/msb8020",),
    ),
)
