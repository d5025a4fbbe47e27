"""An engine built without CUDA in an image that is there for CUDA.

What it finds: a stage on a CUDA `devel` image that builds an engine whose CUDA backend is off unless it is switched on,
and nothing on the command, in its environment or in the manifests switches it (or another GPU's) on.

Why it matters: the build succeeds and everything runs on the CPU, ten to fifty times slower, without an error.

Example: `FROM nvidia/cuda:12.8.1-devel-ubuntu24.04`, then `RUN pip install llama-cpp-python`.

What to do: switch it on: -DGGML_CUDA=ON for CMake, in CMAKE_ARGS for pip, `--features cuda` for cargo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cudacompat.domain.builds.engine import BuildSystem, Channel, Purpose
from cudacompat.domain.project.arguments import features_of
from cudacompat.domain.project.command_facts import asks_for_cuda, base_name
from cudacompat.domain.project.model import Command, EngineUse, Project, Setting, Stage
from cudacompat.domain.project.walks import on_stage
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
    r"|CMAKE_CUDA_ARCHITECTURES|TORCH_CUDA_ARCH_LIST|\w*DOCKER_ARCH"
)


@on_stage
def check(project: Project, stage: Stage) -> Iterable[Finding]:
    """One finding for each command that builds so."""
    if stage.base is None or stage.base.cuda is None or stage.base.flavour != "devel":
        return
    commands = project.commands_of(stage)
    if any(asks_for_cuda(command) for command in commands):
        return
    for command in commands:
        use = command.use
        switch = _switch(use) if use is not None else None
        if use is None or switch is None or not _certain(project, command) or _by_manifest(project, use, command):
            continue
        yield _finding(command, use, stage, switch)
        break


def _switch(use: EngineUse) -> str | None:
    """What switches CUDA on in this version, as it is written for its build; `None` where it needs no switch."""
    if use.engine.gpu_features and use.engine.system is BuildSystem.CARGO:
        return f"--features {use.engine.gpu_features[0]}"
    own = (each for each in use.engine.fixed if each.purpose is Purpose.SWITCH and each.window.holds(use.parsed))
    fixed = next(own, None)
    if fixed is None:
        return None
    if fixed.channel is Channel.CMAKE_ARGS:
        return f'CMAKE_ARGS="-D{fixed.name}={fixed.value}"'
    return f"-D{fixed.name}={fixed.value}" if fixed.channel is Channel.DEFINE else f"{fixed.name}={fixed.value}"


def _speaks_of_gpu(setting: Setting) -> bool:
    if _ALWAYS_THERE.fullmatch(setting.name):
        return False
    return setting.value is None or _MAYBE.search(f"{setting.name}={setting.value}") is not None


def _certain(project: Project, command: Command) -> bool:
    """Whether all that it is given is known, and says nothing about a GPU."""
    if command.conditional or not all(word.known for word in command.words):
        return False
    if command.program == "cargo" and not any(word.text in _BUILDS for word in command.words[1:3]):
        return False
    if any(_MAYBE.search(word.text) for word in command.words[1:] if "/" not in word.text or "-" in word.text[:2]):
        return False
    shared = command.environment
    if project.once(("speaks_of_gpu", id(shared)), lambda: any(map(_speaks_of_gpu, shared.values()))):
        return False
    return not any(word.text.startswith(("-r", "--requirement")) for word in command.words[1:])


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


def _finding(command: Command, use: EngineUse, stage: Stage, switch: str) -> Finding:
    image = stage.base.image if stage.base is not None else ""
    return Finding(
        id=RULE.id,
        severity=Severity.ERROR,
        message=f"{use.engine.name} is built without CUDA, in {image}",
        path=command.place.file,
        line=command.place.line,
        found=command.line[:160],
        why="its CUDA backend is off unless it is switched on: everything would run on the CPU",
        help=f"{switch}; or begin with an image without CUDA",
    )


RULE = Rule("cpu-only-build", "An engine built without CUDA in an image for CUDA", __doc__, check)
