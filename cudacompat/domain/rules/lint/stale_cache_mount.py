"""A cache of an image build that brings back code for other GPUs.

What it finds: `RUN --mount=type=cache` on cargo's target directory for a crate whose build script does not see a
changed list (whisper-rs, llama-cpp-rs), or on pip's cache for a package that is compiled for a list
(llama-cpp-python), without the list in the cache's id and without a step that clears it.

Why it matters: a layer is made again when its list changes; a cache mount is kept. cargo finds the old library and does
not run the build script again; pip finds the wheel that it built for the old list. The build succeeds, in a second,
with the old targets.

Example: `RUN --mount=type=cache,target=/src/target cargo build --release --features cuda`.

What to do: clean the package first (`cargo clean --release -p whisper-rs-sys`), give the cache an id for each list, or
leave the mount out; `--no-cache-dir` for pip.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence

from cudacompat.domain.builds.engine import BuildSystem, Cache
from cudacompat.domain.project.command_facts import folder_of
from cudacompat.domain.project.model import Command, Mount, Project
from cudacompat.domain.project.stages import builds_cuda
from cudacompat.domain.project.walks import on_command
from cudacompat.domain.words.finding import Edit, Finding, Fix, Severity
from cudacompat.domain.words.rule import Rule

_PACKAGE = re.compile(r'(?ms)^\[package\][^\[]*?^name[ \t]*=[ \t]*"([\w-]+)"')


@on_command
def check(project: Project, command: Command) -> Iterable[Finding]:
    """One finding for each build with such a mount."""
    use = command.use
    if use is None or command.stage is None or not builds_cuda(project, command):
        return
    for cache in use.engine.caches:
        mount = next((mount for mount in command.mounts if _keeps(mount, cache, command)), None)
        if mount is None or not cache.window.holds(use.parsed) or _cleared(project, command, cache):
            continue
        if use.engine.system is BuildSystem.PIP and not use.shown.startswith("pip install "):
            continue
        yield Finding(
            id=RULE.id,
            severity=Severity.WARNING,
            message=f"the cache mount {mount.options.get('target', '')} can return {use.engine.name} code built for "
            "an older list",
            path=command.place.file,
            line=command.place.line,
            span=command.place.span,
            found=command.line[:160],
            why=cache.why,
            help=_help(project, command, cache),
            fix=_fix(project, command, cache),
        )
        break


def _keeps(mount: Mount, cache: Cache, command: Command) -> bool:
    target = (mount.options.get("target") or mount.options.get("dst") or "").rstrip("/")
    named = target + mount.options.get("id", "")
    return mount.type == "cache" and "$" not in named and _is_kept_in(target, cache, command)


def _is_kept_in(folder: str, cache: Cache, command: Command) -> bool:
    """Whether the cache is in this folder; of cargo's that is nowhere known where only the build knows its name."""
    moved = command.environment.get("CARGO_TARGET_DIR") if "target" in cache.kept else None
    if moved is not None:
        return bool(folder) and any(f"{each.rstrip('/')}/".startswith(f"{folder}/") for each in moved.outcomes)
    return any(folder == each or folder.endswith(f"/{each}") for each in cache.kept)


def _cleared(project: Project, command: Command, cache: Cache) -> bool:
    if command.has("--no-cache-dir", "--no-cache") or "PIP_NO_CACHE_DIR" in command.environment:
        return True
    stage = command.stage
    if stage is None:
        return False
    cleared = project.once(("cleared", stage.key, cache.what), lambda: _clearing(project.commands_of(stage), cache))
    return cleared.get(_mounted(command), command.place.start) < command.place.start


def _clearing(commands: Sequence[Command], cache: Cache) -> Mapping[Hashable, int]:
    """Where the cache is cleared first, by what is mounted there."""
    found: dict[Hashable, int] = {}
    for command in commands:
        if command.program not in (cache.clear[0], "rm"):
            continue
        line = command.line
        own = command.program == cache.clear[0] and ("clean" in line or "cache" in line)
        if own or (command.program == "rm" and any(each.rpartition("/")[2] in line for each in cache.kept)):
            found.setdefault(_mounted(command), command.place.start)
    return found


def _mounted(command: Command) -> Hashable:
    return tuple((mount.type, tuple(sorted(mount.options.items()))) for mount in command.mounts)


def _clear(project: Project, command: Command, cache: Cache) -> str | None:
    """The command that clears what the one build script made; `None` where its crate has no name here. To clear all of
    a cache at each build would leave it without any use."""
    clear = " ".join(cache.clear)
    if cache.clear[0] != "cargo" or "-p" in cache.clear:
        return clear
    folder = folder_of(command.use.shown) if command.use is not None else ""
    manifest = project.file(f"{folder}/Cargo.toml" if folder else "Cargo.toml")
    name = _PACKAGE.search(manifest.text) if manifest is not None else None
    return f"{clear} -p {name[1]}" if name is not None else None


def _help(project: Project, command: Command, cache: Cache) -> str:
    clear = _clear(project, command, cache)
    by_id = "put the list into the id of the cache mount"
    return f"run `{clear}` before it, or {by_id}" if clear is not None else by_id


def _fix(project: Project, command: Command, cache: Cache) -> Fix | None:
    if cache.clear[0] == "cargo":
        start = command.place.start
        clear = _clear(project, command, cache)
        if clear is None:
            return None
        return Fix(f"run {clear} first", (Edit(command.place.file, start, start, new=f"{clear} && "),), safe=False)
    word = next((word for word in command.words if word.text == "install"), None)
    if cache.clear[0] != "pip" or word is None:
        return None
    end = word.place.end
    return Fix("run pip without its cache", (Edit(command.place.file, end, end, new=" --no-cache-dir"),), safe=False)


RULE = Rule("stale-cache-mount", "Cache mount with code for other targets", __doc__, check)
