"""Lines that come when CUDA extensions for Python are built: torch.utils.cpp_extension, pip, scikit-build."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import LogLines, Role, Signature, SignatureGroup
from cudacompat.domain.words.finding import Severity
from cudacompat.engines.torch_extension.package_lines import PACKAGES

_CPP = "pytorch/pytorch torch/utils/cpp_extension.py"

_OWN: tuple[Signature, ...] = (
    Signature(
        id="torch-ext-unknown-arch",
        title="this PyTorch cannot build extensions for {arch}",
        patterns=("Unknown CUDA arch (<arch:word>) or GPU not supported",),
        sample="ValueError: Unknown CUDA arch (12.0) or GPU not supported",
        cause="torch.utils.cpp_extension has a fixed table of architectures, and TORCH_CUDA_ARCH_LIST (or the "
        "GPU) is newer. It also rejects `120` and commas.",
        does_not_mean="nvcc",
        fix='Use a newer PyTorch. The spelling is TORCH_CUDA_ARCH_LIST="8.0;12.0+PTX".',
        distinct=("arch",),
        sources=(_CPP, "oobabooga/textgen#1382"),
    ),
    Signature(
        id="torch-cpp-standard",
        title="PyTorch's headers require C++{std}, and the build uses an earlier standard",
        patterns=("C++<std:num> or later compatible compiler is required to use",),
        sample='torch/include/torch/csrc/api/include/torch/all.h:4:2: error: #error "C++17 or later compatible '
        'compiler is required to use PyTorch."',
        cause="The extension passes an older -std itself. PyTorch 2.1 and newer require C++17, with every CUDA.",
        does_not_mean="the CUDA release; the GPU",
        fix="Put -std=c++{std} in the place of the older one into extra_compile_args, for cxx and for nvcc (CMake: "
        "CMAKE_CXX_STANDARD and CMAKE_CUDA_STANDARD), or leave the option out: cpp_extension adds its own.",
        sources=("pytorch/pytorch torch/csrc/api/include/torch/all.h", _CPP),
    ),
    Signature(
        id="torch-ext-no-arch",
        title="the extension is built without a GPU and without TORCH_CUDA_ARCH_LIST",
        patterns=(
            "IndexError: list index out of range<+>arch_list[-1]",
            "cpp_extension.py<+>IndexError: list index out of range",
            "_get_cuda_arch_flags<+>IndexError: list index out of range",
        ),
        sample='  File "/env/lib/python3.11/site-packages/torch/utils/cpp_extension.py", line 2005, in '
        "_get_cuda_arch_flags\n"
        "    arch_list[-1] += '+PTX'\nIndexError: list index out of range",
        cause="cpp_extension reads the architectures from the visible GPUs, and an image build has none.",
        does_not_mean="the extension",
        fix='Set TORCH_CUDA_ARCH_LIST in the build, for example "8.0;8.6;8.9;12.0+PTX".',
        command="export TORCH_CUDA_ARCH_LIST={capability}",
        sources=(_CPP,),
    ),
    Signature(
        id="torch-ext-archs-of-visible-gpus",
        title="TORCH_CUDA_ARCH_LIST is not set: the extension is built for the visible GPUs only",
        severity=Severity.NOTE,
        patterns=("TORCH_CUDA_ARCH_LIST is not set, all archs for visible cards are included for compilation",),
        sample="UserWarning: TORCH_CUDA_ARCH_LIST is not set, all archs for visible cards are included for "
        "compilation.",
        cause="The wheel that comes out has code for the GPUs of this machine.",
        does_not_mean="a failure",
        fix="Set the list if the result goes to other machines.",
        sources=(_CPP,),
    ),
    Signature(
        id="torch-ext-cuda-mismatch",
        title="nvcc is CUDA {detected}, but PyTorch was built with CUDA {torch}",
        patterns=(
            "The detected CUDA version (<detected:ver>) mismatches the version that was used to compile PyTorch "
            "(<torch:ver>)",
        ),
        sample="RuntimeError: The detected CUDA version (12.4) mismatches the version that was used to "
        "compile\nPyTorch (13.0). "
        "Please make sure to use the same CUDA versions.",
        cause="An extension must be compiled with a toolkit of PyTorch's CUDA major version.",
        does_not_mean="running PyTorch, which needs no toolkit",
        fix="Install toolkit {torch} and set CUDA_HOME, or install a PyTorch for CUDA {detected}.",
        command="export CUDA_HOME=/usr/local/cuda-{torch}",
        sources=(_CPP,),
    ),
    Signature(
        id="torch-ext-no-cuda-home",
        title="the extension needs the CUDA Toolkit, and none was found",
        patterns=(
            "CUDA_HOME environment variable is not set. Please set it to your CUDA install root",
            "was requested, but nvcc was not found",
        ),
        sample="OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.",
        cause="cpp_extension found neither CUDA_HOME nor nvcc on PATH. PyTorch wheels contain no compiler.",
        does_not_mean="the driver",
        fix="Install the toolkit of torch.version.cuda (or use a -devel image) and set CUDA_HOME, or install a "
        "prebuilt wheel of the extension.",
        command="export CUDA_HOME=/usr/local/cuda",
        sources=(_CPP,),
    ),
    Signature(
        id="torch-ext-no-runtime",
        title="PyTorch sees no GPU while an extension is built",
        severity=Severity.NOTE,
        patterns=("No CUDA runtime is found, using CUDA_HOME=",),
        sample="No CUDA runtime is found, using CUDA_HOME='/usr/local/cuda'",
        cause="There is no GPU in the build, so the architectures cannot be asked from one.",
        does_not_mean="a build that cannot succeed",
        fix="Set TORCH_CUDA_ARCH_LIST (and FORCE_CUDA=1 where setup.py asks for it).",
        sources=(_CPP,),
    ),
    Signature(
        id="torch-ext-build-failed",
        title="building the extension failed",
        patterns=("Error building extension '<name:text>'", "Error compiling objects for extension"),
        sample="RuntimeError: Error building extension 'fused_adam'",
        cause="ninja or the compiler ended with an error; its own lines are above.",
        does_not_mean="PyTorch, which only reports the failed build",
        fix="Read the first `error:` or `fatal` above.",
        role=Role.END,
        sources=(_CPP,),
    ),
    Signature(
        id="torch-ext-no-ninja",
        title="ninja is missing",
        patterns=("Ninja is required to load C++ extensions",),
        sample="RuntimeError: Ninja is required to load C++ extensions",
        cause="Extensions that are built at run time need ninja on the PATH.",
        does_not_mean="CUDA",
        fix="Install it.",
        command="pip install ninja",
        sources=(_CPP,),
    ),
    Signature(
        id="pip-build-isolation-torch",
        title="setup.py imports torch, and pip builds without it",
        patterns=("ModuleNotFoundError: No module named 'torch'",),
        sample="ModuleNotFoundError: No module named 'torch'",
        cause="pip builds in a separate environment, where torch is not installed (flash-attn, xformers and others "
        "import it in setup.py).",
        does_not_mean="a missing torch in your environment",
        fix="Install torch first, then install the package with pip install --no-build-isolation.",
        cases=(
            Case(
                when=("uv",),
                title="setup.py imports torch, and uv builds without it",
                cause="uv builds in a separate environment, where torch is not installed (flash-attn, xformers and "
                "others "
                "import it in setup.py).",
                fix="In a project give the package torch as a build dependency: [tool.uv.extra-build-dependencies] in "
                "pyproject.toml, with match-runtime = true; without a project install torch first, and build with "
                "uv pip install --no-build-isolation.",
            ),
        ),
        sources=(
            "measured with Python 3.11 without torch",
            "https://docs.astral.sh/uv/concepts/projects/config/#build-isolation",
        ),
    ),
    Signature(
        id="torch-std-ambiguous",
        title="nvcc with MSVC stumbles over PyTorch's compiled_autograd.h",
        patterns=("compiled_autograd.h<...>error C2872: 'std': ambiguous symbol", "error C2872: 'std'"),
        sample="torch\\include\\torch/csrc/dynamo/compiled_autograd.h(1134): error C2872: 'std': ambiguous symbol",
        cause="A fault of MSVC with this header, which PyTorch 2.7 and newer go around only where USE_CUDA is defined.",
        does_not_mean="the architectures; the sources of the extension",
        fix="Define it for the build: add -DUSE_CUDA to the flags of cl.exe and nvcc (for nvcc alone "
        "NVCC_APPEND_FLAGS=-DUSE_CUDA); or build against PyTorch 2.6.",
        sources=("pytorch/pytorch#166123", "ashawkey/cubvh#31", "pytorch/extension-cpp#128", "k2-fsa/k2#1342"),
    ),
    Signature(
        id="nvcc-arch-foreign-syntax",
        title="nvcc got {arch}, which is how another tool writes an architecture",
        patterns=(
            "Unsupported gpu architecture '<arch:(compute_*)>+PTX",
            "Unsupported gpu architecture '<arch:(sm_*)>+PTX",
            "Unsupported gpu architecture '<arch:(compute_*)>.<minor:num>",
            "Unsupported gpu architecture '<arch:(sm_*)>.<minor:num>",
            "Unsupported gpu architecture '<arch:(compute_*)>;",
            "Unsupported gpu architecture '<arch:(compute_*)>,",
        ),
        sample="nvcc -std=c++14 -gencode=arch=compute_80+PTX,code=sm_80+PTX -x cu -c network.cu -o network.cu.o\n"
        "nvcc fatal   : Unsupported gpu architecture 'compute_80+PTX'",
        cause="`8.0+PTX` and `8.0;8.6` are PyTorch's words (TORCH_CUDA_ARCH_LIST), and `80-real;86` CMake's. The build "
        "put the list into nvcc's flags as it was.",
        does_not_mean="the age of the toolkit; the GPU",
        fix="Give each setting its own form: TORCH_CUDA_ARCH_LIST=8.0+PTX, CMAKE_CUDA_ARCHITECTURES=80, nvcc "
        "-gencode=arch=compute_80,code=[sm_80,compute_80]. Take the variable of the other tool out of the "
        "environment.",
        command="cudacompat generate {engine} --gpu {gpu}",
        sources=("NVlabs/instant-ngp#536",),
    ),
)

LINES = LogLines(
    groups=(SignatureGroup("Building CUDA extensions for Python", (*_OWN, *PACKAGES), before="pip-subprocess-failed"),),
)
