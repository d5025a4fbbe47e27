"""What the output of `python -m torch.utils.collect_env` shows, where somebody pasted nothing else."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Signature
from cudacompat.domain.words.finding import Severity

_SOURCE = "pytorch/pytorch torch/utils/collect_env.py"

ENVIRONMENT: tuple[Signature, ...] = (
    Signature(
        id="environment-lacks-gpu",
        title="PyTorch {version} has no code for {label}",
        derived=True,
        sample="PyTorch version: 2.5.1+cu124\nIs CUDA available: True\n"
        "GPU models and configuration: GPU 0: NVIDIA GeForce RTX 5090\nNvidia driver version: 570.86.16",
        cause="The wheel of this version holds neither machine code nor PTX that runs on the GPU: the first kernel "
        "fails with error 209. `Is CUDA available: True` says only that the driver works.",
        does_not_mean="the driver; an installed toolkit",
        fix="Install a wheel that has code for the GPU.",
        wheel="torch",
        cases=(Case(when=("gpu<7.5",), fix="Install a build for an older CUDA, which keeps the GPU (cu126)."),),
        sources=(_SOURCE, "pytorch/pytorch#167244"),
    ),
    Signature(
        id="framework-names-gpu",
        title="PyTorch warns that {label} does not suit it",
        derived=True,
        severity=Severity.WARNING,
        sample="    Found GPU0 Tesla K80 which is of cuda capability 3.7.",
        cause="PyTorch compares the GPU with the list of its build at the start. The lines after this one, which the "
        "log does not have, say what is amiss: most often the GPU is older than the build's lowest target.",
        does_not_mean="the driver; an installed toolkit",
        fix="Compare with torch.cuda.get_arch_list(), and install a wheel that has code for the GPU.",
        wheel="torch",
        sources=("torch 2.9 torch/cuda/__init__.py", "pytorch/pytorch#16712"),
    ),
    Signature(
        id="environment-cpu-build",
        title="PyTorch {version} is a build for the CPU, and the machine has a GPU",
        derived=True,
        sample="PyTorch version: 2.7.1+cpu\nIs CUDA available: False\nCUDA used to build PyTorch: Could not collect\n"
        "GPU models and configuration: GPU 0: NVIDIA GeForce RTX 5090",
        cause="The wheel is a +cpu build: the default of the package index on Windows, or a replacement by another "
        "installation.",
        does_not_mean="the driver; the CUDA Toolkit",
        fix="Install a wheel with CUDA from PyTorch's index in place of the one that is there.",
        wheel="torch",
        sources=(_SOURCE,),
    ),
    Signature(
        id="environment-driver-too-old",
        title="driver {driver} is too old for PyTorch {version}",
        derived=True,
        sample="PyTorch version: 2.9.1+cu130\nIs CUDA available: False\n"
        "GPU models and configuration: GPU 0: NVIDIA GeForce RTX 5090\nNvidia driver version: 570.86.16",
        cause="The CUDA runtime in the wheel needs driver {needed} or newer.",
        does_not_mean="the GPU; the installed toolkit",
        fix="Update the driver, or install a wheel for a CUDA release that it takes.",
        wheel="torch",
        sources=(_SOURCE, "NVIDIA CUDA Compatibility guide, minor version compatibility"),
    ),
    Signature(
        id="environment-unavailable",
        title="PyTorch {version} is built with CUDA and finds no usable GPU",
        derived=True,
        severity=Severity.WARNING,
        sample="PyTorch version: 2.9.1+cu128\nIs CUDA available: False\nNvidia driver version: Could not collect",
        cause="The driver is missing or does not answer, the container was started without GPUs, or "
        "CUDA_VISIBLE_DEVICES hides them.",
        does_not_mean="a wrong wheel",
        fix="Let nvidia-smi run in the same shell or container, and mend what it reports.",
        command="cudacompat doctor",
        sources=(_SOURCE,),
    ),
)
