"""Environments that conda, mamba or pixi cannot solve."""

from __future__ import annotations

from cudacompat.domain.logs.cases import Case
from cudacompat.domain.logs.signature import Role, Signature

_VIRTUAL = "https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-virtual.html"
_PIXI = "https://pixi.sh/latest/workspace/system_requirements/"

SIGNATURES: tuple[Signature, ...] = (
    Signature(
        id="conda-cuda-virtual",
        title="conda sees no CUDA driver, or an older one than the package needs",
        patterns=(
            "nothing provides __cuda needed by <package:word>",
            "nothing provides __cuda >=<needed:ver> needed by <package:word>",
            "nothing provides __cuda <needed:word> needed by <package:word>",
            "feature:|@/<platform:word>::__cuda==<found:ver>",
            "Your installed version is: not available<+>__cuda",
            "__cuda >=<needed:ver>, which is missing on the system",
            "__cuda, which is missing on the system",
            "__cuda =<needed:word>, which is missing on the system",
            "__cuda =*, which is missing on the system",
            "__cuda <needed:text>, for which no candidates were found",
            "has constraint __cuda <needed:text> conflicting with __cuda-<found:ver>",
            "-> __cuda<end>",
            "-> __cuda[version=",
            "Virtual package '__cuda<needed:text>' does not match any of the available virtual packages",
            "The current system has a mismatching virtual package<+>__cuda",
        ),
        sample="  - nothing provides __cuda needed by pytorch-2.5.1-cuda126_py312h",
        cause="The virtual package __cuda is the driver's CUDA version. On a machine without a GPU, as in an image "
        "build, it does not exist.",
        does_not_mean="the channel, which has the package",
        fix="In a build without a GPU state the version; on the machine itself update the driver, or ask for a CUDA "
        "release that it supports.",
        command="export CONDA_OVERRIDE_CUDA=12.8",
        cases=(
            Case(
                when=("pixi",),
                title="pixi sees no CUDA driver, or was not told that there is one",
                cause="pixi solves for a machine without a GPU unless pixi.toml states a CUDA version, and installs "
                "what was "
                "locked for CUDA only where a driver is.",
                fix='To solve: cuda = "12" under [system-requirements] in pixi.toml. To install on a machine without a '
                "GPU, as in CI or an image build, state the version:",
            ),
        ),
        sources=(
            _VIRTUAL,
            _PIXI,
            "conda-forge/pytorch-cpu-feedstock README",
            "prefix-dev/pixi#3949",
            "mamba-org/mamba#969",
        ),
    ),
    Signature(
        id="conda-conflict",
        title="conda finds no set of packages that fits all requirements",
        patterns=(
            "which conflicts with any installable versions previously reported",
            "LibMambaUnsatisfiableError",
            "UnsatisfiableError: The following specifications were found",
            "The following packages are incompatible",
            "Could not solve for environment specs",
            "Encountered problems while solving",
            "failed to solve the conda requirements of",
            "Cannot solve the request because of: ",
            "Found conflicts! Looking for incompatible packages",
            "package <package:word> requires <wanted:text>, but none of the providers can be installed",
            "has constraint <wanted:text> conflicting with <found:word>",
        ),
        sample="LibMambaUnsatisfiableError: Encountered problems while solving:",
        cause="Two packages ask for different releases of a third, often of CUDA or Python; the lines below it name "
        "them.",
        does_not_mean="the GPU; the driver, unless the lines name __cuda",
        fix="Name one CUDA release for all packages: cuda-version on conda-forge; on PyTorch's own channel the "
        "pytorch-cuda "
        "that torchvision and torchaudio of that release have. Take what belongs together from one channel, and try "
        "a new "
        "environment.",
        command="conda config --show channels channel_priority",
        cases=(
            Case(
                when=("pixi",),
                title="pixi finds no set of packages that fits all requirements",
                fix="Loosen a requirement that the lines below name, name one CUDA release for all packages "
                "(cuda-version), "
                "and state under [system-requirements] what the machine has.",
                command="pixi info",
            ),
        ),
        role=Role.GENERAL,
        after=("conda-cuda-virtual",),
        sources=(
            "conda/conda-libmamba-solver (text)",
            "https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-channels.html",
            _PIXI,
            "mhpi/hydroDL#24",
        ),
    ),
    Signature(
        id="conda-package-missing",
        title="the channels have no such package for this platform: {package}",
        patterns=(
            "PackagesNotFoundError: The following packages are not available<+>- <package:word>",
            "PackagesNotFoundInChannelsError: The following packages are not available<+>- <package:word>",
            "ResolvePackageNotFound:<+>- <package:word>",
            "nothing provides requested <package:text>",
            "nothing provides <package:text> needed by <other:word>",
            "No candidates were found for <package:text>",
            "<package:word> does not exist (perhaps a typo or a missing channel)",
        ),
        sample="PackagesNotFoundError: The following packages are not available from current channels:\n\n"
        "  - pytorch-cuda=12.8",
        cause="The name, the release or the build is in none of the channels that were searched, or not for this "
        "platform. "
        "PyTorch's own channel ends with 2.5 and pytorch-cuda 12.4; cudatoolkit ends with 11.8: from CUDA 12 on it is "
        "cuda-toolkit, and cuda-version names the release.",
        does_not_mean="the GPU; the driver",
        fix="Search for what there is, add the channel that has it, and loosen the pin; an environment.yml with "
        "builds is "
        "good for one platform only. Later releases of PyTorch are on conda-forge as pytorch-gpu.",
        command="conda search -c conda-forge pytorch-gpu",
        cases=(
            Case(
                when=("pixi",),
                fix="Search for what there is, add the channel that has it in pixi.toml, and loosen the pin.",
                command="pixi search pytorch-gpu",
            ),
        ),
        role=Role.GENERAL,
        distinct=("package",),
        sources=("conda/conda conda/exceptions.py", "mamba-org/mamba (text)", "pytorch/pytorch#138506"),
    ),
)
