"""PyTorch's own words about GPUs that a wheel is not for, and wheels that cannot be had or loaded."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import GpuMeaning, Refinement, Signature
from cudacompat.domain.words.finding import Severity

_INSTALL = "pip install --upgrade torch --index-url https://download.pytorch.org/whl/{wheel}"
_OWN_PAGE = "torch 2.14.1 torch/cuda/__init__.py"
_ARCHS = "python -c 'import torch; print(torch.__version__, torch.cuda.get_arch_list())'"

CAPABILITY: tuple[Signature, ...] = (
    Signature(
        id="torch-outside-min-max",
        title="{label} is outside the range of GPUs that this PyTorch names",
        patterns=(
            "Minimum and Maximum cuda capability supported by this version of PyTorch is (<lowest:ver>) - "
            "(<highest:ver>)",
            "Minimum and Maximum cuda capability supported by this version of PyTorch is",
        ),
        sample="    Found GPU0 NVIDIA GeForce GTX 1080 Ti which is of cuda capability 6.1.\n    Minimum and Maximum "
        "cuda capability "
        "supported by this version of PyTorch is\n    (7.0) - (12.0)",
        cause="PyTorch 2.8 to 2.10 compare the GPU with the lowest and highest entry of the wheel's list. Below the "
        "minimum "
        "the wheel has no code: error 209 follows. Above the maximum but of the same major version, such as GB10 "
        "(12.1) with "
        "12.0, the code runs.",
        does_not_mean="the driver; an installed toolkit",
        fix="Below the minimum: install the build for an older CUDA (cu126 keeps 5.0 to 7.0). Above it: nothing, if "
        "the major "
        "version is in the list.",
        command=_ARCHS,
        wheel="torch",
        gpu=GpuMeaning.NO_IMAGE,
        cases=(
            Case(
                when=("gpu<7.5",),
                title="this PyTorch no longer supports {label}: it is below the minimum of the wheel",
                cause="The wheel's list begins above the GPU: builds with CUDA 12.8 and later start at 7.0 or 7.5, "
                "and those "
                "with CUDA 13 at 7.5. Error 209 comes at the first kernel.",
                fix="Install the build for CUDA 12.6 (index cu126), which keeps Maxwell, Pascal and Volta as long as "
                "it is "
                "published.",
                command="pip install --upgrade torch --index-url https://download.pytorch.org/whl/cu126",
            ),
            Case(
                when=("gpu>=12.1", "!gpu>=13.0"),
                title="a warning that is harmless on {label}: code for 12.0 runs on 12.1",
                cause="PyTorch compares numbers only. Machine code for sm_120 runs on 12.1 (GB10), which is the same "
                "major "
                "version.",
                does_not_mean="PyTorch's own kernels",
                fix="Nothing to do.",
                command="",
                severity=Severity.NOTE,
            ),
            Case(
                when=("gpu>=8.0",),
                fix="Install a release whose list has the GPU: for 12.0 the index cu128 or later.",
                command=_INSTALL,
            ),
        ),
        refined=((Refinement.PTX_RUNS, "torch-ptx-only"), (Refinement.CODE_RUNS, "torch-warning-harmless")),
        sources=("pytorch/pytorch#172629", "pytorch/pytorch#164708", "torch 2.9 torch/cuda/__init__.py"),
    ),
    Signature(
        id="torch-warning-harmless",
        title="PyTorch warns of {label}, and its code for a lower minor version runs there",
        derived=True,
        severity=Severity.NOTE,
        patterns=(),
        sample="Found GPU0 NVIDIA GB10 which is of cuda capability 12.1.\nMinimum and Maximum cuda capability "
        "supported by this version of PyTorch is\n(8.0) - (12.0)",
        cause="PyTorch 2.8 to 2.10 compare the GPU's number with the highest of their list. Machine code runs on every "
        "GPU of its major version with the same or a higher minor version.",
        does_not_mean="PyTorch's own kernels; the driver",
        fix="Nothing to do; PyTorch 2.11 no longer prints the warning for such a GPU.",
        gpu=GpuMeaning.NO_IMAGE,
        sources=("pytorch/pytorch#164596", "pytorch/pytorch#166185", "torch/cuda/__init__.py of 2.8 to 2.10"),
    ),
    Signature(
        id="torch-install-for-cuda",
        title="PyTorch names the CUDA builds that support the GPU: {cudas}",
        patterns=(
            "Please install PyTorch with a following CUDA configurations: <cudas:text> following instructions at",
            "Please install PyTorch with a following CUDA configurations",
        ),
        sample="    Please install PyTorch with a following CUDA\n    configurations:  12.6 12.8 following "
        "instructions at\n    "
        "https://pytorch.org/get-started/locally/",
        cause="The installed wheel has no code for the GPU; the same release exists for other CUDA versions that "
        "have it.",
        does_not_mean="a missing toolkit: the wheel contains what it needs",
        fix="Install the same release from the index of one of these CUDA versions: 12.6 is cu126, 12.8 is cu128.",
        command="pip install --upgrade torch --index-url https://download.pytorch.org/whl/cu126",
        wheel="torch",
        after=("torch-outside-min-max", "torch-too-old-gpu"),
        sources=("pytorch/pytorch#164708", "torch 2.9 torch/cuda/__init__.py"),
    ),
    Signature(
        id="torch-no-kernels-for-gpu",
        title="this PyTorch ({version}) has no kernels for the GPU",
        patterns=(
            "Your installed torch==<version:word> does not include kernels for this GPU",
            "No published PyTorch CUDA builds for release <version:word> support this GPU",
        ),
        sample="UserWarning: Found GPU0 NVIDIA GeForce GTX 1080 which is of compute capability (CC) 6.1.\n"
        "Your installed torch==2.13.0+cu130 does not include kernels for this GPU.",
        cause="PyTorch 2.13 and later compare the GPU with what each entry of the wheel's list runs on. Error 209 "
        "comes at "
        "the first kernel.",
        does_not_mean="the driver; an installed toolkit",
        fix="Install the same release from an index that has the GPU; the lines below the warning name them.",
        command=_INSTALL,
        wheel="torch",
        gpu=GpuMeaning.NO_IMAGE,
        cases=(
            Case(
                when=("gpu>=12.1", "!gpu>=13.0"),
                cause="Machine code for sm_120 runs on 12.1 (GB10). A build whose list ends at 12.0 warns in some "
                "releases, "
                "and works; one without 12.0 (cu126) has nothing.",
                fix="Check the list: with sm_120 in it nothing must be done. Else install from the index cu128 or "
                "later.",
                command=_ARCHS,
                wheel="",
                severity=Severity.WARNING,
            ),
        ),
        refined=((Refinement.PTX_RUNS, "torch-ptx-only"), (Refinement.CODE_RUNS, "torch-warning-harmless")),
        sources=("pytorch/pytorch#172629", _OWN_PAGE),
    ),
    Signature(
        id="torch-triton-old-gpu",
        title="torch.compile does not support this GPU: Triton needs 7.0",
        patterns=(
            "which is too old to be supported by the triton GPU compiler",
            "Triton only supports devices of CUDA Capability >= 7.0",
        ),
        sample="torch._inductor.exc.GPUTooOldForTriton: Found Tesla P100-PCIE-16GB which is too old to be supported "
        "by the triton "
        "GPU compiler, which is used as the backend. Triton only supports devices of CUDA Capability >= 7.0, but "
        "your device is "
        "of CUDA capability 6.0",
        cause="torch.compile writes Triton kernels, and Triton has no code path for GPUs below 7.0.",
        does_not_mean="PyTorch without torch.compile, which runs on this GPU",
        fix="Run without torch.compile (TORCHDYNAMO_DISABLE=1, or enforce_eager).",
        command="export TORCHDYNAMO_DISABLE=1",
        sources=("torch 2.14.1 torch/_inductor/exc.py",),
    ),
    Signature(
        id="torch-dll-missing",
        title="Windows cannot load PyTorch's {library}",
        patterns=(
            'Error loading "<...>torch\\lib\\<library:word>" or one of its dependencies',
            'Error loading "<library:text>" or one of its dependencies',
        ),
        sample="OSError: [WinError 126] The specified module could not be found. Error loading "
        '"C:\\env\\Lib\\site-packages\\torch\\lib\\fbgemm.dll" or one of its dependencies.',
        cause="A DLL that it needs is missing: the Visual C++ runtime, libomp140, or a CUDA library that an "
        "installation of "
        "another release left out.",
        does_not_mean="the GPU",
        fix="Install the Visual C++ redistributable (x64), then install torch again with its dependencies.",
        command="pip install --force-reinstall torch --index-url https://download.pytorch.org/whl/{wheel}",
        sources=("torch 2.14.1 torch/__init__.py",),
    ),
    Signature(
        id="torch-libs-missing",
        title="an extension for a PyTorch with CUDA is loaded, and this PyTorch has none: {library} is missing",
        patterns=(
            "<library:(libtorch_cuda|libc10_cuda|libtorch_cuda_cu|libtorch_cuda_linalg)>.so: cannot open shared "
            "object file",
            "<library:(libtorch|libtorch_cpu|libc10)>.so: cannot open shared object file",
        ),
        sample="ImportError: libc10_cuda.so: cannot open shared object file: No such file or directory",
        cause="The installed torch is the CPU build (+cpu), or the extension is imported before torch.",
        does_not_mean="a missing CUDA Toolkit",
        fix="Install the build of torch with CUDA that the extension was made for, and import torch first.",
        command=_INSTALL,
        wheel="torch",
        sources=("torch 2.6.0+cpu (the files in it)",),
    ),
    Signature(
        id="torchvision-ops-missing",
        title="torchvision does not belong to this PyTorch",
        patterns=(
            "operator torchvision::nms does not exist",
            "No such operator torchvision::nms",
            "Couldn't load custom C++ ops. This can happen if your PyTorch and torchvision versions are incompatible",
            "Failed to load image Python extension",
        ),
        sample="RuntimeError: operator torchvision::nms does not exist",
        cause="Each torchvision is built for exactly one torch (and CUDA). One of them was replaced alone.",
        does_not_mean="a missing GPU architecture",
        fix="Install both in one command from one index.",
        command="pip install --upgrade --force-reinstall torch torchvision --index-url "
        "https://download.pytorch.org/whl/{wheel}",
        sources=("pytorch/vision#8985", "Zyphra/Zonos#205", "torchvision 0.29.1 torchvision/extension.py"),
    ),
    Signature(
        id="torchvision-cpu-ops",
        title="torchvision was built for the CPU, and torch for CUDA",
        patterns=(
            "Could not run 'torchvision::<op:word>' with arguments from the 'CUDA' backend",
            "Detected that PyTorch and torchvision were compiled with different CUDA major versions",
            "Detected that PyTorch and torchvision were compiled with different CUDA versions",
        ),
        sample="NotImplementedError: Could not run 'torchvision::nms' with arguments from the 'CUDA' backend.",
        cause="torchvision came from another index than torch: a +cpu build, or one of another CUDA major version.",
        does_not_mean="the GPU",
        fix="Install both in one command from one index.",
        command="pip install --upgrade --force-reinstall torch torchvision --index-url "
        "https://download.pytorch.org/whl/{wheel}",
        sources=("torchvision 0.29.1 torchvision/extension.py",),
    ),
    Signature(
        id="torch-extension-other-cuda",
        title="{package} was built for another CUDA release than PyTorch",
        patterns=("Detected that PyTorch and <package:(torch_*|TorchAudio)> were compiled with different CUDA",),
        sample="RuntimeError: Detected that PyTorch and torch_scatter were compiled with different CUDA versions. "
        "PyTorch has CUDA version 10.1 and torch_scatter has CUDA version 10.2.",
        cause="The package's wheel is of another index than torch, or it was built with the nvcc of /usr/local/cuda, "
        "which is of another release than torch's CUDA.",
        does_not_mean="the GPU; the driver",
        fix="Install the wheel for this torch and its CUDA, without pip's cache (those of PyTorch Geometric: "
        "-f https://data.pyg.org/whl/torch-VERSION+cuNNN.html; torchaudio: the index of torch). Where none is for this "
        "torch, take a torch of the CUDA that nvcc has.",
        distinct=("package",),
        sources=("rusty1s/pytorch_scatter#237", "rusty1s/pytorch_scatter#187", "malllabiisc/CompGCN#23"),
    ),
    Signature(
        id="torch-custom-ops-cpu",
        title="a package runs on the CPU: its CUDA extension is not there",
        severity=Severity.WARNING,
        patterns=(
            "Failed to load custom C++ ops. Running on CPU mode Only",
            "NameError: name '_C' is not defined",
            "Not compiled with GPU support",
            "implementation for device cuda:<n:num> not found",
        ),
        sample="UserWarning: Failed to load custom C++ ops. Running on CPU mode Only!",
        cause="The extension was built where PyTorch saw no CUDA (an image build without CUDA_HOME, FORCE_CUDA or "
        "TORCH_CUDA_ARCH_LIST), or it was built for another PyTorch.",
        does_not_mean="the GPU",
        fix="Build it again with CUDA_HOME, TORCH_CUDA_ARCH_LIST and FORCE_CUDA=1 set, without pip's cache, after "
        "the right "
        "torch is installed.",
        command="export FORCE_CUDA=1 CUDA_HOME=/usr/local/cuda",
        sources=("quoted in public threads; not read at its source",),
    ),
    Signature(
        id="torch-cudnn-no-plan",
        title="cuDNN found no plan for an operation on this GPU",
        patterns=(
            "FIND was unable to find an engine to execute this computation",
            "cuDNN Frontend error: [cudnn_frontend] Error: No execution plans support the graph",
            "No valid execution plans built",
            "GET was unable to find an engine to execute this computation",
            "Unable to find a valid cuDNN algorithm to run convolution",
        ),
        sample="RuntimeError: cuDNN Frontend error: [cudnn_frontend] Error: No execution plans support the graph.",
        cause="The cuDNN that was loaded has no kernel for this operation on this GPU (a cuDNN before 9.7 for the 50 "
        "series), "
        "another cuDNN was found first, or no memory is left.",
        does_not_mean="PyTorch's own kernels",
        fix="Unset LD_LIBRARY_PATH, then update torch with its own cuDNN; to continue without it, set "
        "torch.backends.cuda.enable_cudnn_sdp(False) or torch.backends.cudnn.enabled = False.",
        command="env -u LD_LIBRARY_PATH python -c 'import torch; print(torch.backends.cudnn.version())'",
        after=("cuda-out-of-memory",),
        sources=("cudnn_frontend.h (text)",),
    ),
    Signature(
        id="torch-no-flash-sdp",
        title="this PyTorch has no flash attention in it",
        severity=Severity.NOTE,
        patterns=("1Torch was not compiled with flash attention", "Torch was not compiled with flash attention"),
        sample="UserWarning: 1Torch was not compiled with flash attention. (Triggered internally at "
        "aten/src/ATen/native/transformers/cuda/sdp_utils.cpp:263.)",
        cause="PyTorch's wheels for Windows are built without it; scaled_dot_product_attention uses another kernel.",
        does_not_mean="a failure; the GPU",
        fix="Nothing to do; on Linux the wheels have it.",
        sources=("torch 2.6.0 (text)",),
    ),
    Signature(
        id="torch-pin-not-on-index",
        title="no such build: {package} {version} is not on this index",
        patterns=(
            "No matching distribution found for <package:(torch|torchvision|torchaudio)>==<version:word>",
            "Could not find a version that satisfies the requirement "
            "<package:(torch|torchvision|torchaudio)>==<version:word>",
            "Because there is no version of <package:(torch|torchvision|torchaudio)>==<version:word>",
        ),
        sample="ERROR: No matching distribution found for torch==2.5.1+cu128",
        cause="PyTorch publishes each release for two to four CUDA versions only: cu128 begins with 2.7, cu126 with "
        "2.6, cu124 "
        "ends with 2.6, cu121 with 2.5. A pin with +cuNNN is on no other index than its own, nor on PyPI; and no wheel "
        "exists for a Python that is newer than the release.",
        does_not_mean="the network",
        fix="Choose a release that the index has, or the index that the release has: 2.7 or later for cu128.",
        command='pip install "torch>=2.7" --index-url https://download.pytorch.org/whl/cu128',
        of_pin=True,
        distinct=("package",),
        sources=(
            "https://download.pytorch.org/whl/torch/ (what each index offers)",
            "pip 23.2.1 pip/_internal/resolution",
        ),
    ),
    Signature(
        id="torch-conflict-companion",
        title="an installed package asks for torch {wanted}, and {here} is installed",
        patterns=("requires torch==<wanted:word>, but you have torch <here:word> which is incompatible",),
        sample="torchaudio 2.6.0+cu124 requires torch==2.6.0, but you have torch 2.7.1+cu128 which is incompatible.",
        cause="A later pip command replaced torch alone; the packages built for the other one may fail with "
        "undefined symbols.",
        does_not_mean="a failed installation: pip installed what it was asked for",
        fix="Install torch and what is released with it in one command.",
        command="pip install --upgrade torch torchvision torchaudio --index-url "
        "https://download.pytorch.org/whl/{wheel}",
        distinct=("wanted",),
        sources=("pip 23.2.1 pip/_internal/commands/install.py",),
    ),
    Signature(
        id="torchcodec-no-ffmpeg",
        title="torchcodec could not load its library",
        patterns=("Could not load libtorchcodec. Likely causes",),
        sample="RuntimeError: Could not load libtorchcodec. Likely causes:\n          1. FFmpeg is not properly "
        "installed in your "
        "environment.",
        cause="It needs FFmpeg's shared libraries (4 to 8) and the torch that it was built for; with CUDA also "
        "libnppicc.",
        does_not_mean="the GPU",
        fix="Install FFmpeg with shared libraries (conda install ffmpeg, apt-get install ffmpeg) and the torchcodec "
        "of this "
        "torch.",
        command="pip install --upgrade torchcodec",
        sources=("pytorch/torchcodec README (installing)", "pytorch/torchcodec src/torchcodec/_core/ops.py"),
    ),
    Signature(
        id="xformers-gpu-range",
        title="xFormers' kernel is not for compute capability {cc}",
        severity=Severity.WARNING,
        patterns=(
            "requires device with capability <...> but your GPU has capability (<cc:text>) (too old)",
            "requires device with capability <...> but your GPU has capability (<cc:text>) (too new)",
        ),
        sample="    requires device with capability <= (9, 0) but your GPU has capability (12, 0) (too new)",
        cause="Each of xFormers' kernels names the range of GPUs that it was written for. This line is one of several "
        "reasons; another kernel may do.",
        does_not_mean="xFormers as a whole",
        fix="An xformers release that knows {label}, or another attention implementation.",
        after=("xformers-no-operator",),
        sources=("xformers 0.0.35 xformers/ops/fmha/common.py",),
    ),
)
