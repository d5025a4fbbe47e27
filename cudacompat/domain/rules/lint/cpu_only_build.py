"""An engine built without CUDA in an image that is there for CUDA.

What it finds: a stage on a CUDA `devel` image that builds an engine whose CUDA backend is off unless it is switched on,
and nothing on the command, in its environment or in the manifests switches it (or another GPU's) on; or one that
switches it off, where no other build of the project has it on.

Why it matters: the build succeeds and everything runs on the CPU, ten to fifty times slower, without an error.

Example: `FROM nvidia/cuda:12.8.1-devel-ubuntu24.04`, then `RUN pip install llama-cpp-python`.

What to do: switch it on: -DGGML_CUDA=ON for CMake, in CMAKE_ARGS for pip, `--features cuda` for cargo (of a project
that has no such feature: `--features whisper-rs/cuda`). A package whose wheels are for the CPU needs
`--no-binary`, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import BuildSystem, Switch
from cudacompat.domain.project.arguments import features_of
from cudacompat.domain.project.command_facts import base_name
from cudacompat.domain.project.cuda_switches import (
    asks_for_cuda,
    given_switches,
    leaves_cuda_out,
    needed_switches,
)
from cudacompat.domain.project.model import Command, EngineUse, Project, Setting, Stage
from cudacompat.domain.project.walks import on_stage
from cudacompat.domain.rules.lint.cuda_switch_facts import CudaSwitch, cpu_wheel, missing_switch, switched_off
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_BUILDS = frozenset({"build", "b", "install", "rustc"})
# Any word about a GPU, or a file of settings that is not looked into.
_MAYBE = re.compile(
    r"CUDA|CUBLAS|HIP|ROCM|VULKAN|SYCL|OPENCL|METAL|MUSA|CANN|KOMPUTE|RPC|GPU|preset|TOOLCHAIN|BACKEND|whl/|index-url"
    r"|find-links|\.whl|^-C|GGML_SYSTEM|USE_SYSTEM",
    re.IGNORECASE,
)
_ALWAYS_THERE = re.compile(
    r"CUDA_(?:VERSION|HOME|PATH|ROOT|VISIBLE_DEVICES|ARCH\w*)|NVIDIA_\w+|NV_\w+|CUDAARCHS|CUDACXX|\w*PATH"
    r"|\w*DOCKER_ARCH"
)


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One finding for each command that builds so."""
    if stage.base is None or stage.base.cuda is None or stage.base.flavour != "devel":
        return
    commands = project.commands_of(stage)
    if any(asks_for_cuda(command) and cpu_wheel(project, command) is None for command in commands):
        return
    for command in commands:
        use = command.use
        if use is None:
            continue
        off = _switched_off(project, command)
        switch = switched_off(project, command, *off) if off is not None else missing_switch(project, command, use)
        if switch is None or not _certain(project, command, off) or _by_manifest(project, use, command):
            continue
        yield _finding(command, use, stage, switch=switch, off=off)
        break


def _switched_off(project: Project, command: Command) -> tuple[Switch, Setting] | None:
    """The switch of this version that the command itself turns off, where no build of the engine has it on."""
    if command.use is None or command.use.engine.name in project.once("engines with CUDA", lambda: _with_cuda(project)):
        return None
    needed = [each for each in needed_switches(command) if not each.often_off]
    given = ((switch, setting) for switch, setting in given_switches(command) if switch in needed)
    return next((each for each in given if each[1].value), None) if leaves_cuda_out(command) else None


def _with_cuda(project: Project) -> frozenset[str]:
    """The engines of which some build has CUDA on."""
    return frozenset(each.use.engine.name for each in project.commands if each.use is not None and asks_for_cuda(each))


def _certain(project: Project, command: Command, off: tuple[Switch, Setting] | None) -> bool:
    """Whether all that it is given is known, and says nothing about a GPU but that CUDA is off."""
    words = [_without(word.text, off) for word in command.words[1:]]
    if command.conditional or not all(word.known for word in command.words):
        return False
    if command.program == "cargo" and not any(word.text in _BUILDS for word in command.words[1:3]):
        return False
    if any(_MAYBE.search(word) for word in words if "/" not in word or "-" in word[:2]):
        return False
    for name, setting in command.environment.items() if cpu_wheel(project, command) is None else ():
        if _ALWAYS_THERE.fullmatch(name) or name in project.known:
            continue
        if setting.value is None or _MAYBE.search(_without(f"{name}={setting.value}", off)):
            return False
    return not any(word.startswith(("-r", "--requirement")) for word in words)


def _without(text: str, off: tuple[Switch, Setting] | None) -> str:
    """The text less the option that switches CUDA off."""
    if off is None:
        return text
    return re.sub(rf"(?<!\w)(?:-D\s?)?{re.escape(off[1].name)}(?::\w+)?=[^\s'\"]*", "", text)


def _by_manifest(project: Project, use: EngineUse, command: Command) -> bool:
    """Whether a cargo manifest may switch a GPU on: by a dependency's features, or by a feature that is taken."""
    if use.engine.system is not BuildSystem.CARGO:
        return False
    return bool(features_of(command)) or project.once(
        ("manifests_may_switch", use.engine.name), lambda: _manifests_may(project, use)
    )


def _manifests_may(project: Project, use: EngineUse) -> bool:
    manifests = [file.text for file in project.files if base_name(file.name) == "Cargo.toml"]
    named = [text for text in manifests if any(package in text for package in use.engine.packages)]
    if not named:
        return True  # another crate brings it in, with features of its own
    for text in manifests:
        on = re.compile(rf"[\"'](?:{'|'.join(use.engine.gpu_features)})[\"']")
        passed = re.compile(rf"[\"'](?:{'|'.join(use.engine.packages)})\??/")
        default = re.search(r"(?m)^default\s*=\s*\[([^\]]{0,4000}+)\]", text)
        if any(on.search(line) for line in _outside_features(text)):
            return True
        if default is not None and default[1].strip() and (passed.search(text) or on.search(text)):
            return True
    return False


def _outside_features(text: str) -> list[str]:
    """The manifest's text but for its table [features]."""
    return [part for part in re.split(r"(?m)^(?=\[)", text) if not part.startswith("[features]")]


def _finding(
    command: Command, use: EngineUse, stage: Stage, switch: CudaSwitch, off: tuple[Switch, Setting] | None
) -> Finding:
    backend = "its CUDA backend is off unless it is switched on"
    if off is not None:
        backend = f"{off[1].name}={off[1].value} switches its CUDA backend off"
    image = stage.base.image if stage.base is not None else ""
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{use.engine.name} is built without CUDA in {image}",
        path=command.place.file,
        line=command.place.line,
        span=command.place.span,
        found=command.line[:160],
        why=f"{backend}: everything would run on the CPU",
        help=f"{switch.written}; or use an image without CUDA",
        fix=switch.fix,
    )


RULE = Rule("cpu-only-build", "Engine built without CUDA in a CUDA image", __doc__, check)
