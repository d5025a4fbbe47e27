"""Questions about the stages of a Dockerfile: what ships, which toolkit, CMake and compiler a stage has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from cudacompat.domain.builds.engine import BuildSystem
from cudacompat.domain.builds.plans.distros import Distro, known_distro
from cudacompat.domain.project.cargo_features import selected
from cudacompat.domain.project.command_facts import (
    ancestry,
    copied_from,
    installed_release,
    installs_toolkit,
    packaged_release,
)
from cudacompat.domain.project.cuda_switches import asks_for_cuda, cuda_feature, is_on_unasked, leaves_cuda_out
from cudacompat.domain.project.default_lists import compiles_cuda
from cudacompat.domain.project.image_names import is_nvidia_cuda
from cudacompat.domain.project.model import Base, Command, Project, Stage, Word
from cudacompat.domain.tables.image_tags import cuda_image, cuda_images_in
from cudacompat.domain.tables.nvcc_releases import NvccRelease, nvcc_release
from cudacompat.domain.tables.official_images import default_suite
from cudacompat.domain.tables.toolkits import release
from cudacompat.domain.words.cuda_release import CudaRelease
from cudacompat.domain.words.finding import Edit
from cudacompat.domain.words.programs import SYSTEM_PACKAGERS
from cudacompat.domain.words.versions import ToolkitVersion

_CODENAMES = {
    "focal": "ubuntu20.04", "jammy": "ubuntu22.04", "noble": "ubuntu24.04", "resolute": "ubuntu26.04",
    "bullseye": "debian11", "bookworm": "debian12", "trixie": "debian13",
}  # fmt: skip
# Releases of ROS, whose images are of one Ubuntu: docker-library/official-images library/ros @ 02ef3d78
_ROS = {"noetic": "ubuntu20.04", "humble": "ubuntu22.04", "iron": "ubuntu22.04", "jazzy": "ubuntu24.04"}
_NUMBERED = ("ubuntu", "debian", "rockylinux")  # whose tags may begin with the distribution's own number
_OFFICIAL = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?P<name>ubuntu|debian|rockylinux|rust|python|buildpack-deps|gcc|golang|node|ros)"
    r"(?::(?P<tag>[\w.-]+))?(?:@.*)?|(?:docker\.io/)?rockylinux/rockylinux:(?P<rocky>\d+)"
    r"|(?:docker\.io/)?osrf/ros:(?P<ros>[\w.-]+)(?:@.*)?"
)


def builds_cuda(project: Project, command: Command) -> bool:
    """Whether this command certainly compiles CUDA code: it says so, or its manifests do."""
    use = command.use
    if use is None or use.engine.system is not BuildSystem.CARGO or asks_for_cuda(command):
        if asks_for_cuda(command) or (compiles_cuda(project, command) and not leaves_cuda_out(command)):
            return True
        return command.stage is not None and is_on_unasked(command) and _has_compiler(project, command.stage)
    if not command.has("build", "b", "install", "run", "rustc", "cook"):
        return False
    if command.stage is not None and not _has_compiler(project, command.stage):
        return False
    selection = selected([word.text for word in command.words])
    engine = use.engine
    question = ("gives", engine.name, selection)
    return project.once(question, lambda: project.cargo.gives(engine.packages, cuda_feature(engine), selection))


def _has_compiler(project: Project, stage: Stage) -> bool:
    base = stage.base
    return (base is not None and base.cuda is not None and base.flavour in ("devel", None)) or any(
        installing(project, each) for each in ancestry(project, stage)
    )


def installing(project: Project, stage: Stage) -> tuple[Command, ...]:
    """The commands of a stage's own that install a CUDA toolkit."""
    own = (command for command in project.commands_of(stage) if installs_toolkit(command))
    return project.once(("installing", stage.key), lambda: tuple(own))


def leaf(project: Project, stage: Stage) -> bool:
    """Whether nothing in the file begins with it or copies from it."""
    stages = project.stages_of(stage.file)
    used = (number for other in stages for number in (other.parent, *(copy.stage for copy in other.copies)))
    return stage.number not in project.once(("used_stages", stage.file), lambda: frozenset(used))


def ships(project: Project, stage: Stage) -> bool:
    """Whether containers are started from it: the last stage, or another leaf that says what a container starts."""
    if stage.last:
        return True
    return leaf(project, stage) and any(project.starts_of(each) for each in ancestry(project, stage))


def compiling(project: Project, stage: Stage) -> Command | None:
    """The first command of the stage, or of those that it begins with, that certainly compiles CUDA code."""

    def first(each: Stage, before: Command | None) -> Command | None:
        own = (one for one in project.commands_of(each) if builds_cuda(project, one) and not one.conditional)
        return before or next(own, None)

    return along(project, "compiling", stage, answer=first, nothing=None)


Answer = TypeVar("Answer")


def along(
    project: Project, question: str, stage: Stage, answer: Callable[[Stage, Answer], Answer], nothing: Answer
) -> Answer:
    """The answer to a question about a stage, made of that for the stage that it begins with (`nothing` for one that
    begins with none); each is found once."""
    answers: dict[tuple[str, int], Answer] = project.once(question, dict)
    missing: list[Stage] = []
    before = nothing
    for each in ancestry(project, stage):
        if each.key in answers:
            before = answers[each.key]
            break
        missing.append(each)
    for each in reversed(missing):
        before = answers[each.key] = answer(each, before)
    return before


def built_in(project: Project, stage: Stage) -> Iterator[tuple[Stage, Command]]:
    """Yield the stages from which this one (or one that it begins with) has files and that compile CUDA code, each with
    the command that does."""
    seen: set[int] = set()
    for each in ancestry(project, stage):
        for source in _sources(project, each):
            command = compiling(project, source) if source.number not in seen else None
            seen.add(source.number)
            if command is not None:
                yield source, command


def _sources(project: Project, stage: Stage) -> tuple[Stage, ...]:
    """The stages that this one copies from, each once."""
    found = {source.number: source for source in copied_from(project, stage)}
    return project.once(("sources", stage.key), lambda: tuple(found.values()))


def installed(command: Command) -> Iterator[Word]:
    """Yield the packages that a command of a distribution's package manager installs."""
    if command.program in SYSTEM_PACKAGERS and command.has("install"):
        yield from (word for word in command.words[1:] if word.text != "install" and not word.text.startswith("-"))


def pip_installed(command: Command) -> Iterator[Word]:
    """Yield what a command of pip (or uv, pipx) installs."""
    texts = [word.text for word in command.words]
    python = re.fullmatch(r"python[\d.]*", command.program) is not None and texts[1:3] == ["-m", "pip"]
    if (command.program in ("pip", "pip3", "pipx") or python) and "install" in texts:
        at = texts.index("install")
        yield from (word for word in command.words[at + 1 :] if not word.text.startswith("-"))


def toolkit(project: Project, stage: Stage) -> CudaRelease | None:
    """The toolkit that compiles in a stage; `None` where it is not certain, or not in the table."""
    version = _toolkit_version(project, stage)
    return release(version) if version is not None else None


def compiler(project: Project, stage: Stage) -> NvccRelease | None:
    """What compiles in a stage, also of a release that is older than the table's; `None` where it is not certain."""
    version = _toolkit_version(project, stage)
    return nvcc_release(version) if version is not None else None


def _toolkit_version(project: Project, stage: Stage) -> ToolkitVersion | None:
    return project.once(("toolkit", stage.key), lambda: _only_toolkit(project, stage))


def _only_toolkit(project: Project, stage: Stage) -> ToolkitVersion | None:
    def also(each: Stage, before: frozenset[ToolkitVersion | None]) -> frozenset[ToolkitVersion | None]:
        own = installing(project, each)
        of = distro_of(each.base)
        return before.union(installed_release(one) or packaged_release(of, one) for one in own) if own else before

    found = along(project, "installed_toolkits", stage, answer=also, nothing=frozenset[ToolkitVersion | None]())
    base = stage.base
    if base is not None and base.cuda is not None and base.flavour == "devel":
        found |= {base.cuda}
    return next(iter(found)) if len(found) == 1 else None


def distro_of(base: Base | None) -> Distro | None:
    """The distribution of an image, as its name says it; `None` for one that says nothing, or is not in the table."""
    if base is None:
        return None
    if base.distro is not None:
        return known_distro(base.distro)
    match = _OFFICIAL.fullmatch(base.image)
    if match is None:
        return None
    if match["rocky"]:
        return known_distro(f"rockylinux{match['rocky']}")
    tag = (match["tag"] or match["ros"] or "latest").lower()
    codes = _CODENAMES if match["name"] not in (None, "ros") else {**_CODENAMES, **_ROS}
    code = next((codes[word] for word in re.split(r"[-.]", tag) if word in codes), None)
    if code is not None:
        return known_distro(code)
    number = re.match(r"\d+(?:\.\d+)?", tag)
    if match["name"] not in _NUMBERED or number is None:
        suite = default_suite(match["name"] or "", tag)
        return known_distro(_CODENAMES[suite]) if suite in _CODENAMES else None
    return known_distro(match["name"] + (number[0] if match["name"] == "ubuntu" else number[0].partition(".")[0]))


def version_edits(project: Project, stage: Stage, old: str, new: str) -> tuple[Edit, ...]:
    """The edits that give a new version to the images of nvidia/cuda of this version in the file of a stage: in FROM,
    or where the build argument that FROM takes it from has its default; none where it stands nowhere as it is."""
    return project.once(("version_edits", stage.file, old, new), lambda: _version_edits(project, stage, old, new=new))


def _version_edits(project: Project, stage: Stage, old: str, new: str) -> tuple[Edit, ...]:
    file = project.file(stage.file)
    if file is None:
        return ()
    edits: list[Edit] = []
    pattern = re.compile(rf"(?<![\w.]){re.escape(old)}(?![\w.])")
    for each in project.stages_of(stage.file):
        if each.parent is None and is_nvidia_cuda(each.base):
            line = file.text[each.place.start : each.place.end]
            edits += [
                Edit(file.name, each.place.start + match.start(), each.place.start + match.end(), new=new)
                for match in pattern.finditer(line)
            ]
    first = project.stages_of(stage.file)[0].place.start
    for setting in project.settings_in(file.name):
        if setting.place.start < first:
            match = pattern.match(setting.written) if setting.written == old else None
            named = next(cuda_images_in(setting.written), None)
            if match is not None:
                edits.append(Edit(file.name, setting.place.start, setting.place.end, new=new))
            elif named is not None:
                edits += [
                    Edit(file.name, setting.place.start + each.start(), setting.place.start + each.end(), new=new)
                    for each in pattern.finditer(setting.written)
                ]
    unique = dict.fromkeys(edits)
    return tuple(sorted(unique, key=lambda edit: edit.start))


def patch_of(base: Base) -> str | None:
    """The whole version of an nvidia/cuda image: `12.8.1`; `None` where its tag begins with none."""
    named = cuda_image(base.image)
    return named.version if named is not None else None


def runs_cuda(project: Project, stage: Stage) -> bool:
    """Whether what the stage ships certainly runs CUDA code: it begins with an image for that, compiles some, or copies
    what another stage compiled."""
    base = stage.base
    if base is not None and base.cuda is not None and base.flavour in ("base", "runtime"):
        return True
    return project.once(
        ("runs_cuda", stage.key),
        lambda: compiling(project, stage) is not None or any(True for _ in built_in(project, stage)),
    )
