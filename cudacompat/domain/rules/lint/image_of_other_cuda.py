"""An image of another CUDA release than the GPU, or a package in it, needs.

What it finds: an image that the project runs (see `image-cannot-run`), of which nothing else is known, whose tag names
a CUDA release (`cu124`, `cuda12.4`) that cannot build machine code which a GPU that was named with --gpu runs: it is
older than the first that can, or newer than the last. (CUDA 11.7 has no sm_89, and its sm_86 runs on an RTX 4090.)
Images of nvidia/cuda hold no program, and a stage that installs torch is checked by what it installs. Of these it finds
the ones whose CUDA libraries are of another major release than those that a package loads which pip installs there and
which brings none itself: ctranslate2 (faster-whisper), onnxruntime-gpu, tensorflow, CuPy; and -base images, which have
none of these libraries. The same for cuDNN: onnxruntime-gpu, and ctranslate2 4.0 to 4.6 below faster-whisper, with an
image that has no cuDNN, or another major release of it.

Why it matters: what was built with that release has no machine code for the GPU. For a newer GPU at best PTX is
compiled at the first start; the wheels of PyTorch have none. For an older GPU than the release knows nothing runs.
A package that loads libcublas.so.12 does not find it in an image for CUDA 11, and stops or computes on the CPU.
 So
does one that opens libcudnn_ops_infer.so.8 in an image with cuDNN 9, at its first convolution.

Example: `FROM team/trainer:torch2.6-cu124` for an RTX 5070 Ti, which needs CUDA 12.8.

What to do: use a tag for a CUDA release that knows the GPU; have the image read:
`docker save IMAGE | cudacompat check - --gpu GPU`. For a package, use the image for its major CUDA release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.judge.fits import Fit, sass_fit
from cudacompat.domain.project.image_names import base_of, is_nvidia_cuda
from cudacompat.domain.project.model import Project
from cudacompat.domain.project.other_machines import is_for_others, of_another_maker
from cudacompat.domain.project.used_images import UsedImage, used_images
from cudacompat.domain.rules.lint.image_library_facts import (
    OtherCudnn,
    OtherLibraries,
    other_cudnn,
    other_libraries,
)
from cudacompat.domain.tables.jetpack import l4t_image
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.wheels.distributions import distributions, family_of, framework
from cudacompat.domain.wheels.images import content_of_image
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.target import ArchTarget
from cudacompat.domain.words.versions import ToolkitVersion

_IN_TAG = re.compile(r"(?<![a-z])cu(?:da)?[-_]?(1[0-9])(?:\.?(\d))?(?![\d])", re.IGNORECASE)
_LONGEST = 300  # characters of an image's name that are looked at


def check(project: Project) -> Iterable[Finding]:
    """One warning for each image and GPU, and for each package that its libraries do not serve."""
    yield from map(_of_package, other_libraries(project))
    yield from map(_of_cudnn, other_cudnn(project))
    for used in used_images(project) if project.targets else ():
        cuda = _release(used)
        if cuda is None or _installs_framework(project, used):
            continue
        for target in project.targets:
            serving = _serving(target.capability)
            if not serving:
                continue
            first, last = serving[0], serving[-1]
            # what the first release of the table builds for, earlier ones may have built for, too
            old = cuda < first.version and first is not RELEASES[0]
            if not (old or cuda > last.version):
                continue
            if is_for_others(used.file, target.capability):
                continue
            bound = f"{first.version} or newer" if old else f"{last.version} or older"
            yield Finding(
                id=RULE.id,
                severity=Severity.WARNING,
                message=f"the name of {used.image} says CUDA {cuda}, which has no machine code for {target.label}",
                path=used.file,
                line=used.line,
                target=target.id,
                found=f"CUDA {cuda} by the image's name; machine code for {target.capability} needs CUDA {bound}",
                why="at best its PTX is compiled at the first start" if old else "that release no longer knows the GPU",
                help=f"use a tag of it for CUDA {bound}",
            )


def _of_package(each: OtherLibraries) -> Finding:
    requirement = each.package.requirement
    message = f"{each.package.label} loads libraries of CUDA {each.needs}; the image has those of CUDA {each.has}"
    help_ = f"use an image of nvidia/cuda for CUDA {each.needs}"
    if each.bare:
        message = f"{each.package.label} loads libraries of CUDA {each.needs} that a -base image does not have"
        help_ += ", -runtime or -cudnn-runtime"
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=message,
        path=requirement.file,
        line=requirement.line,
        found=each.image,
        why=f"the package brings no CUDA libraries: it does not find libcublas.so.{each.needs} there",
        help=help_,
    )


def _of_cudnn(each: OtherCudnn) -> Finding:
    requirement = each.package.requirement
    in_image = f"the image has those of cuDNN {each.has}" if each.has is not None else "the image has none"
    help_ = f"use an image of nvidia/cuda with cuDNN {each.needs}"
    releases = distributions().cudnn_of_machine[family_of(requirement.name)]
    without = next((asked for asked, major in releases.items() if major is None), None)
    if without is not None:
        help_ = f'install "{requirement.name}{without}", which needs no cuDNN, or {help_}'
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"{each.package.label} opens libraries of cuDNN {each.needs}; {in_image}",
        path=requirement.file,
        line=requirement.line,
        found=each.image,
        why=f"the package does not bring what it opens: it does not find libcudnn*.so.{each.needs} there",
        help=help_,
    )


def _serving(capability: ComputeCapability) -> list[CudaRelease]:
    """The releases that build some machine code which runs there, or for which nobody promises that it does not."""
    return [
        row
        for row in RELEASES
        if any(sass_fit(capability, ArchTarget.parse(f"sm_{name}")) is not Fit.NO for name in row.targets)
    ]


def _release(used: UsedImage) -> ToolkitVersion | None:
    """The CUDA release of an image of which no more is known; `None` for all others."""
    content = content_of_image(used.image)
    base = base_of(used.image)
    if (content is not None and content.known) or is_nvidia_cuda(base) or of_another_maker(used.image):
        return None
    if l4t_image(used.image) is not None:
        return None  # for boards with an Arm processor: no GPU of a graphics card runs it
    tag = used.image[:_LONGEST].partition("@")[0].rpartition("/")[2].partition(":")[2]
    match = _IN_TAG.search(tag)
    if match is not None and match[2] is not None:
        return ToolkitVersion(int(match[1]), int(match[2]))
    return base.cuda


def _installs_framework(project: Project, used: UsedImage) -> bool:
    if used.stage is None:
        return False
    places = project.once("framework_installed", lambda: frozenset(_places(project)))
    return used.file in places


def _places(project: Project) -> Iterable[str]:
    """The files of stages that install the framework."""
    for packages in project.packages:
        if any(each.name == framework().name for each in packages.requirements):
            yield packages.file.rpartition(":")[0]


RULE = Rule("image-of-other-cuda", "An image of another CUDA release than is needed", __doc__, check)
