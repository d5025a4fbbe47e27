"""A rebuild as a shell script that a person, or a CI job, could run. Pure."""

from __future__ import annotations

import shlex

from cudacompat.domain.builds.plans.commands import checked_for
from cudacompat.domain.builds.steps import BuildStep, BuildSteps, ProductsBy, StepKind
from cudacompat.domain.words.target import CodeKind

_END = "END_OF_DOCKERFILE"
# What linkers make: shared libraries, and what may be executed; not the objects that CMake and cargo keep. Programs of
# the driver API load a fatbin from beside them.
_LINKED = r"\( -name '*.so' -o -name '*.so.*' -o -name '*.fatbin' -o -perm -u+x \) ! -path '*/CMakeFiles/*'"


def script(steps: BuildSteps, dockerfile: str | None = None) -> str:
    """Return the steps as a script for sh; where they build in a container, with the Dockerfile that they need."""
    lines = [
        "#!/bin/sh",
        f"# {steps.plan.title} for {', '.join(dict.fromkeys(each.label for each in steps.plan.wanted))}",
        f"# What must arrive: {' '.join(map(str, steps.plan.arrives))}",
        *(f"# {note}" for note in steps.notes),
        "set -eu",
        f"cd {shlex.quote(steps.source)}",
    ]
    lines += [f"unset {name}   # {why}" for name, why in steps.unset]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in steps.environment]
    if dockerfile is not None:
        lines += _written(steps, dockerfile)
    lines += [_noted(step) for step in steps.steps if step.kind is StepKind.EXTRACT]
    if steps.products_by is not ProductsBy.PATTERNS:
        lines += ["stamp=$(mktemp)", "made=$(mktemp -d)", 'trap \'rm -rf -- "$stamp" "$made"\' EXIT']
    for step in steps.steps:
        lines += ["", f"# {step.why}", *_step(step, steps)]
    return "\n".join(lines) + "\n"


def _written(steps: BuildSteps, text: str) -> list[str]:
    """The lines that write the Dockerfile which the build names."""
    command = next(step.command for step in steps.steps if step.kind is StepKind.BUILD)
    place = command[command.index("-f") + 1]
    folder = place.rpartition("/")[0] or "."
    return [f"mkdir -p {shlex.quote(folder)}", f"cat > {shlex.quote(place)} << '{_END}'", text.rstrip("\n"), _END]


def _step(step: BuildStep, steps: BuildSteps) -> list[str]:
    if step.kind is StepKind.EXTRACT:
        return _extract(step, steps)
    lines = [f"rm -rf -- {shlex.quote(path)}" for path in step.paths] if step.kind is StepKind.CLEAN else []
    if step.kind is StepKind.CHECK:
        lines += _check(steps)
    elif step.kind is StepKind.FLAGS:
        lines += _flags(shlex.quote(step.paths[0]), steps)
    if step.command:
        lines.append(shlex.join(step.command))
    return lines


def _flags(commands: str, steps: BuildSteps) -> list[str]:
    """The lines that show what nvcc will be called for, and stop where one of its calls lacks what was promised. CMake
    writes one call a line, its targets as `arch=compute_120,code=[compute_120,sm_120]`."""
    lines = [f"grep -o -e '--generate-code=[^\" ]*' -e '-arch=[^\" ]*' {commands} | sort -u"]
    for target in steps.plan.arrives:
        form = f"(,code=[^ ]*{target}|-arch=sm_{target.arch})" if target.kind is CodeKind.PTX else f"[^a-z]{target}"
        lines += [
            f"if grep -e '--generate-code=' -e ' -arch=' -e ' -x cu ' {commands} | grep -v -q -E '{form}([^0-9a-z]|$)'",
            f"then echo 'a call of nvcc lacks {target}: the project sets another list' >&2; exit 1",
            "fi",
        ]
    return lines


def _extract(step: BuildStep, steps: BuildSteps) -> list[str]:
    program, image = step.command[:2]
    place = shlex.quote(f"{steps.folder}/out")
    lines = [f"rm -rf -- {place}", f"mkdir -p {shlex.quote(steps.folder)}"]
    if program == "buildah":
        copied = f'sh -c \'cp -a "$mnt/out" "$1"\' sh {place}'
        lines += [
            f"container=$(buildah from --pull-never {image})",
            'if [ "$(id -u)" = 0 ]',
            f'then cp -a "$(buildah mount "$container")/out" {place}',
            f'else buildah unshare --mount mnt="$container" {copied}',
            "fi",
        ]
    else:
        lines += [f"container=$({program} create {image})", f'{program} cp "$container:/out" {place}']
    # an image that lost its tag would stay behind without a name
    dropped = f'if [ -n "$before" ] && [ "$before" != "{_image(step)}" ]; then {program} rmi "$before" || true; fi'
    return [*lines, f'{program} rm "$container"', dropped]


def _image(step: BuildStep) -> str:
    return f"$({step.command[0]} images -q --no-trunc {step.command[1]} 2>/dev/null || true)"


def _noted(step: BuildStep) -> str:
    """The line that notes which image has the tag that the build is about to give to another."""
    return f"before={_image(step)}"


def _check(steps: BuildSteps) -> list[str]:
    """The check of what the build made: what lies there from before is left out."""
    targets = checked_for(steps.plan)
    if steps.products_by is ProductsBy.PATTERNS:
        place = {each.rpartition("/")[0].partition("*")[0].rstrip("/") for each in steps.products}
        where = shlex.quote("/".join([steps.folder, *sorted(place)[:1]]).rstrip("/"))
        return [f"cudacompat check {where} {targets} --require {steps.least.value}"]
    folder = steps.source if steps.products_by is ProductsBy.CHANGES else steps.folder
    find = f'find {shlex.quote(folder)} -newer "$stamp" -type f {_LINKED}'
    if steps.products_by is ProductsBy.CARGO:
        find += " ! -path '*/deps/*' ! -path '*/build/*'"
    return [
        find + ' -exec cp --parents -t "$made" {} +',
        f'cudacompat check "$made" {targets} --require {steps.least.value}',
    ]
