"""Files for another processor or system than that of the machines with the GPU.

What it finds: libraries for x86-64 processors (for Linux or for Windows), checked for a GPU that only machines with an
Arm processor have: Jetson modules, GB10 (DGX Spark), GH200, GB200, GB300 and T4G. Where the platform is said (with
--platform, by the nodes of a fleet), files for another processor, DLLs for Linux and shared objects for Windows, too.

Why it matters: the loader of such a machine refuses the file before a GPU is asked for, whatever its device code is.

Example: torch-2.9.0-cp312-cp312-manylinux_2_28_x86_64.whl, which has machine code that a GB10 runs, on a GB10.

What to do: check and install the build for Arm processors, which pip and image tools choose on that machine. Jetson
boards before Thor have the CUDA of their JetPack, which most builds for Arm servers are not made for: of a published
package the wheel for Arm is checked first, whose device code tells.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from cudacompat.domain.rules.artifact.compiled_later import named_wheel
from cudacompat.domain.tables.architectures import architecture
from cudacompat.domain.tables.jetpack import board
from cudacompat.domain.wheels.platforms import ARM_PLATFORM, platform_for
from cudacompat.domain.words.code import BinaryArtifact, ContainerImage, FileFormat
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.image_platforms import image_platform
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.phrases import count
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import Target

X86, ARM = "x86_64", "aarch64"  # what `BinaryArtifact.processor` says
_NEITHER = ("ppc64le", "s390x", "riscv64", "loongarch64")  # processors that start files for neither
_SYSTEMS = {FileFormat.ELF: "linux", FileFormat.PE: "windows"}
# Platforms of images, and what their files are for. What an image of another platform holds, nothing is said of.
_IMAGES = {"linux/amd64": X86, "linux/arm64": ARM, "linux/arm64/v8": ARM, "windows/amd64": "windows"}
_PROCESSOR_WORDS = re.compile(
    r"(?:^|(?<=[-_.]))(?:x86[-_]64|x86|x64|amd64|aarch64|arm64|armv8|arm|sbsa|linux|windows|win)(?=[-_.]|$)[-_.]?"
)
_WORDS = {X86: "x86-64 processors", ARM: "Arm processors", "linux": "Linux", "windows": "Windows"}


@dataclass(frozen=True, slots=True)
class ForOtherProcessor:
    """What was read as one file (a wheel, an image) or lies in one folder, and is for another system or processor than
    all machines with these GPUs have: its `path`, how many such files, what they are for (`x86_64`, `windows`), the
    file for those machines that was read with it, and the image that it is, if it is one."""

    path: str
    files: int
    targets: tuple[Target, ...]
    made_for: str = X86
    fitting: str | None = None
    image: ContainerImage | None = None


def for_other_processor(
    artifacts: Sequence[BinaryArtifact], images: Sequence[ContainerImage], targets: Sequence[Target]
) -> tuple[ForOtherProcessor, ...]:
    """Return what does not start on machines with some of the GPUs: those that have an Arm processor beside them, and
    those whose system or processor was said."""
    machines: dict[str, list[Target]] = {}
    for each in targets:
        if each.platform is not None or platform_for(each) == ARM_PLATFORM:
            machines.setdefault(platform_for(each), []).append(each)
    groups = _read_together(artifacts) if machines else []
    by_path = {image.path: image for image in images}
    found = []
    for platform, own in machines.items():
        builds = _builds(groups, platform, by_path)
        for number, group in enumerate(groups):
            away = _not_started(group, platform, by_path)
            if away:
                names = sorted({_thing(each, by_path) for each in away})
                there = (path for name in names for n, path in builds.get(name, {}).items() if n != number)
                first = ArtifactPath.parse(away[0].path)
                found.append(
                    ForOtherProcessor(
                        first.outer,
                        len(away),
                        tuple(own),
                        made_for=_made_for(away[0], platform),
                        fitting=next(there, None),
                        image=by_path.get(first.outer),
                    )
                )
        with_libraries = {ArtifactPath.parse(each.path).outer for group in groups for each in group}
        found += _unread_images([i for i in images if i.path not in with_libraries], artifacts, own, platform=platform)
    return tuple(found)


def _builds(
    groups: Sequence[Sequence[BinaryArtifact]], platform: str, images: Mapping[str, ContainerImage]
) -> dict[str, dict[int, str]]:
    """What the machines start, by what it is a build of: the first file of each group (its number)."""
    found: dict[str, dict[int, str]] = {}
    for number, group in enumerate(groups):
        for each in group:
            if _fits(each, platform):
                found.setdefault(_thing(each, images), {}).setdefault(number, each.path)
    return found


def _read_together(artifacts: Iterable[BinaryArtifact]) -> list[list[BinaryArtifact]]:
    """The files whose processor is known, by the container that they are in or the folder in which they lie."""
    groups: dict[str, list[BinaryArtifact]] = {}
    for artifact in artifacts:
        if artifact.processor in (X86, ARM):
            path = ArtifactPath.parse(artifact.path)
            groups.setdefault(path.outer if path.members else path.outer.rpartition("/")[0], []).append(artifact)
    return list(groups.values())


def _not_started(
    group: Sequence[BinaryArtifact], platform: str, images: Mapping[str, ContainerImage]
) -> list[BinaryArtifact]:
    """The files of a group that the machines do not start, and of which no build that they start is there. A wheel or
    an archive is not for another processor because of a few such files; an image says itself what it is for."""
    fitting = [each for each in group if _fits(each, platform)]
    there = set(map(_thing_by_name, fitting))
    away = [each for each in group if not _fits(each, platform) and _thing_by_name(each) not in there]
    first = ArtifactPath.parse(group[0].path)
    if not fitting or not first.members or _is_elsewhere(images.get(first.outer), platform):
        return away
    return away if len(away) > len(fitting) else []


def _is_elsewhere(image: ContainerImage | None, platform: str) -> bool:
    """Whether an image says that it is for another machine than those of the platform."""
    if image is None or image.platform not in _IMAGES:
        return False
    try:
        return not image_platform(image.platform or "").serves(image_platform(platform))
    except UsageError:
        return False


def _thing(artifact: BinaryArtifact, images: Mapping[str, ContainerImage]) -> str:
    """What a file is a build of: by the wheel it is in, the repository of the image, or its name without numbers
    and the words for systems and processors. A build of another thing is no replacement."""
    path = ArtifactPath.parse(artifact.path)
    wheel, image = named_wheel(artifact.path), images.get(path.outer)
    if wheel is not None:
        return f"wheel {wheel[0].lower()}"
    if image is not None and image.name:
        return f"image {image.name.rpartition('/')[2].partition(':')[0]}"
    return _thing_by_name(artifact)


def _thing_by_name(artifact: BinaryArtifact) -> str:
    path = ArtifactPath.parse(artifact.path)
    name = (path.members[-1] if path.members else path.outer).rpartition("/")[2]
    return re.sub(r"\d+", "#", _PROCESSOR_WORDS.sub("", name.lower()))


def _unread_images(
    images: Iterable[ContainerImage], artifacts: Iterable[BinaryArtifact], targets: Sequence[Target], *, platform: str
) -> Iterable[ForOtherProcessor]:
    """The images whose device code lies in no library, and that say themselves that they are for another machine."""
    with_code = {ArtifactPath.parse(each.path).outer for each in artifacts}
    for image in images:
        if image.path in with_code and _is_elsewhere(image, platform):
            yield ForOtherProcessor(image.path, 0, tuple(targets), made_for=_IMAGES[image.platform or ""], image=image)


def started_nowhere(artifacts: Iterable[BinaryArtifact], targets: Iterable[Target]) -> dict[str, frozenset[str]]:
    """Return, by the id of each GPU whose machine is known, the files that this machine does not start: whatever their
    device code is, they serve that GPU for no other file."""
    known = {each.id: platform_for(each) for each in targets if _is_of_a_machine(each)}
    told = [each for each in artifacts if each.processor in (X86, ARM)] if known else []
    return {gpu: frozenset(each.path for each in told if not _fits(each, platform)) for gpu, platform in known.items()}


def errors_by_file(findings: Iterable[Finding], paths: Iterable[str]) -> dict[tuple[str, str | None], Finding]:
    """Return the errors of this rule by each of the paths that they are about, and the GPU: one finding tells of all
    files of a container, or of a folder."""
    errors = [each for each in findings if each.id == RULE.id and each.severity is Severity.ERROR and each.path]
    if not errors:
        return {}
    known = set(paths)
    loose = {path for path in known if not ArtifactPath.parse(path).members}
    together: dict[str, list[str]] = {}
    for path in known:
        together.setdefault(_home(path, loose), []).append(path)
    return {(path, each.target): each for each in errors for path in together.get(_home(each.path or "", loose), ())}


def _home(path: str, loose: Set[str]) -> str:
    """The wheel, archive or image that a file is in, or the directory of one that lies in none (`loose`)."""
    outer = ArtifactPath.parse(path).outer
    return f"{outer.rpartition('/')[0]}/" if path in loose else outer


def _is_of_a_machine(target: Target) -> bool:
    """Whether the target says which machine the GPU is in: a bare 12.1 may mean the code alone, as builds for x86-64
    list it beside 12.0."""
    if target.platform is not None:
        return True
    known = architecture(target.capability)
    is_machine = target.name is not None or (known is not None and bool(known.tegra))
    return is_machine and platform_for(target) == ARM_PLATFORM


def _fits(artifact: BinaryArtifact, platform: str) -> bool:
    """Whether machines of this platform start the file. Of a platform that is not known, nothing is said."""
    system, _, machine = platform.partition("-")
    if system not in _SYSTEMS.values() or machine not in (X86, ARM, *_NEITHER):
        return True
    return artifact.processor == machine and _system_of(artifact) in (None, system)


def _system_of(artifact: BinaryArtifact) -> str | None:
    return next((system for kind, system in _SYSTEMS.items() if artifact.format == kind), None)


def _made_for(artifact: BinaryArtifact, platform: str) -> str:
    """What it is for that the machine is not: the system before the processor."""
    system = _system_of(artifact)
    return system if system is not None and not platform.startswith(system) else artifact.processor or X86


def check(facts: ForOtherProcessor) -> Iterable[Finding]:
    """One finding for each of the GPUs; where the build for its machine was read with it, that one decides."""
    unread = _own_image(facts)
    for target in facts.targets:
        machine = platform_for(target)
        if facts.fitting is not None:
            why = f"there is one for {'Arm' if machine == ARM_PLATFORM else machine}: {facts.fitting}"
        elif unread is not None:
            why = f"the image for {unread} was not read: one run reads an image for one platform"
        else:
            why = "the loader of that machine refuses it"
        files = f" ({count(facts.files, 'file')})" if facts.files else ""
        yield Finding(
            id=RULE.id,
            severity=_weight(facts, target),
            path=facts.path,
            target=target.id,
            message=f"for {_WORDS[facts.made_for]}{files}; {_machine_of(facts, target)}",
            why=why,
            help=_help(facts, target),
        )


def _machine_of(facts: ForOtherProcessor, target: Target) -> str:
    if target.platform is None and facts.made_for == X86:
        return f"{target.label} comes with an Arm processor"
    return f"the machine with {target.label} is {platform_for(target)}"


def _weight(facts: ForOtherProcessor, target: Target) -> Severity:
    """An error where a machine is named: what was not read for it is not good."""
    if facts.fitting is not None:
        return Severity.NOTE
    return Severity.ERROR if _is_of_a_machine(target) else Severity.WARNING


def _own_image(facts: ForOtherProcessor) -> str | None:
    """The platform of the same image that the machines take, and that was not read."""
    if facts.image is None:
        return None
    try:
        wanted = image_platform(platform_for(facts.targets[0]))
    except UsageError:
        return None
    return next((each for each in facts.image.others if f"{each}/".startswith(f"{wanted}/")), None)


def _help(facts: ForOtherProcessor, target: Target) -> str | None:
    if facts.fitting is not None:
        return None
    machine = platform_for(target)
    own = board(target.capability.number)
    gpu = shlex.quote(target.spec)
    if own is not None:
        build = f"a build for its JetPack, not one for Arm servers: {own.words}"
        wheel = named_wheel(facts.path)
        may_run = wheel is not None and facts.image is None and _may_run_on_board(wheel, target)
        return (
            f"{_wheel_for(wheel, machine, 'Arm', gpu=gpu)}; without code for it {build}" if wheel and may_run else build
        )
    if facts.image is not None:
        return _help_of_image(facts, facts.image, machine, gpu=gpu)
    wheel = named_wheel(facts.path)
    if wheel is not None:
        what = "Arm" if machine == ARM_PLATFORM else machine
        if _has_no_code(wheel, machine):
            return f"the wheel of {wheel[0]} for {what} has no device code: build it from source on such a machine"
        return _wheel_for(wheel, machine, what, gpu=gpu)
    return f"a build for {machine}, made on such a machine or by a cross compiler"


def _wheel_for(wheel: tuple[str, str], machine: str, what: str, *, gpu: str) -> str:
    """The command that checks the wheel of the same release for this platform, or that there is none."""
    from packaging.utils import canonicalize_name  # few checks are of wheels for another processor
    from packaging.version import InvalidVersion, Version

    from cudacompat.domain.wheels.pythons import option_of_python, why_no_wheel

    try:
        name, version = str(canonicalize_name(wheel[0])), Version(wheel[1])
    except InvalidVersion:
        return f"a wheel for {what}"
    missing = why_no_wheel(name, version, None, platform=machine)
    if missing is not None:
        return missing
    python = "".join(f" {word}" for word in option_of_python(name, version, machine))
    return f"the wheel for {what}: cudacompat check {'=='.join(wheel)} --platform {machine}{python} --gpu {gpu}"


def _may_run_on_board(wheel: tuple[str, str], target: Target) -> bool:
    """Whether the same release has a wheel for Arm that runs on the board, as far as that is known: PyPI's wheels of
    some packages have code for Jetson modules too. Of a package whose wheels were read and do not, none does."""
    from packaging.utils import canonicalize_name  # few checks are of wheels for another processor
    from packaging.version import InvalidVersion, Version

    from cudacompat.domain.wheels.pythons import why_no_wheel
    from cudacompat.domain.wheels.table import rows_of
    from cudacompat.domain.wheels.verdict import judge_row

    try:
        name, version = str(canonicalize_name(wheel[0])), Version(wheel[1])
    except InvalidVersion:
        return False
    if why_no_wheel(name, version, None, platform=ARM_PLATFORM) is not None:
        return False
    read = rows_of(name, ARM_PLATFORM, None)
    about = [row for row in read if str(row.version) == wheel[1]] or read
    verdicts = [judge_row(row, target) for row in about]
    return not about or any(each is not None and each.outcome.runs for each in verdicts)


def _has_no_code(wheel: tuple[str, str], machine: str) -> bool:
    """Whether the wheels for this platform were read (of the same release, if any was) and hold no device code."""
    from packaging.utils import canonicalize_name  # few checks are of wheels for another processor

    from cudacompat.domain.wheels.table import rows_of

    read = rows_of(str(canonicalize_name(wheel[0])), machine, None)
    about = [row for row in read if str(row.version) == wheel[1]] or read
    return bool(about) and not any(row.has_code for row in about)


def _help_of_image(facts: ForOtherProcessor, image: ContainerImage, machine: str, *, gpu: str) -> str:
    there = _own_image(facts)
    if there is not None:
        also = f"; the other GPUs apart, with --platform {image.platform}" if image.platform else ""
        return f"cudacompat check {shlex.quote(image.path)} --platform {there} --gpu {gpu}{also}"
    if image.platform in _IMAGES and image_platform(image.platform or "").serves(image_platform(machine)):
        return f"put builds for {machine} into the image: it is for {image.platform}, these files of it are not"
    return f"its image for {machine}"


RULE = Rule("other-processor", "Files for another processor", __doc__, check)
