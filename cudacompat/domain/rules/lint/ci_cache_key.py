"""A cache of CI whose key does not change when the list of architectures does.

What it finds: a job that restores a directory which hides a changed list (cargo's target for whisper-rs, pip's cache of
built wheels), by a key that holds neither the list nor the file that has it.

Why it matters: the job with the new list gets the objects of the old one, and the build has no reason to compile them
again. It is green, and the binary lacks the GPU that was added.

Example: actions/cache with `path: target` and `key: ${{ hashFiles('**/Cargo.lock') }}`, and
`CMAKE_CUDA_ARCHITECTURES: 86;120` for the build of whisper-rs.

What to do: put the list into the key (`-${{ env.CMAKE_CUDA_ARCHITECTURES }}`), or the file that holds it into
hashFiles; in restore-keys, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cudacompat.domain.builds.engine import Cache
from cudacompat.domain.project.ci_jobs import lists_of
from cudacompat.domain.project.model import ArchListSetting, CiJob, Command, JobStep, Project
from cudacompat.domain.project.walks import on_job
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.rule import Rule

_HASHED = re.compile(r"hashFiles\(([^)]*)\)")
_ONE_RUN = re.compile(r"github\.(?:sha|run_id|run_number|run_attempt)|CI_COMMIT_(?:SHA|SHORT_SHA)|CI_PIPELINE_ID")
# rust-cache puts the variables that begin like these into its key, as far as its own step sees them
_RUST_CACHE_HASHES = ("CARGO", "CC", "CFLAGS", "CXX", "CMAKE", "RUST")


@on_job
def check(project: Project, job: CiJob, commands: tuple[Command, ...]) -> Iterable[Finding]:
    """One finding for each cache of a job."""
    if not job.steps or any(_cleans(command) for command in commands):
        return
    said: set[int] = set()
    steps: dict[str, tuple[JobStep, ...]] = {}  # that restore what hides a change, by the engine's cache
    for command in commands:
        lists = list(lists_of(project, command))
        if command.use is None or command.conditional or not lists:
            continue
        for cache in command.use.engine.caches:
            if cache.what not in steps:
                steps[cache.what] = tuple(each for each in job.steps if _may_hide(each, cache))
            holds = cache.window.holds(command.use.parsed)
            step = _restored(job, steps[cache.what], lists) if holds else None
            if step is None or step.place.start in said:
                continue
            said.add(step.place.start)
            yield _finding(step, cache, command, listed=lists[0])


def _finding(step: JobStep, cache: Cache, command: Command, listed: ArchListSetting) -> Finding:
    key = step.given.get("key")
    place = key.place if key is not None else step.place
    engine = command.use.engine.name if command.use is not None else ""
    name = listed.setting.name
    return Finding(
        id=RULE.id,
        severity=Severity.WARNING,
        message=f"the cache key lacks {name}: a restored cache hides a changed list",
        path=place.file,
        line=place.line,
        span=place.span,
        found=" ".join((key.written if key is not None else step.uses or "").split())[:120],
        why=f"{engine}, {cache.what}: {cache.why}",
        help=f"add {name} to the key, or run `{' '.join(cache.clear)}` before the build",
    )


def _cleans(command: Command) -> bool:
    return (command.program == "cargo" and command.has("clean")) or (
        command.program.startswith("pip") and command.has("--no-cache-dir")
    )


def _may_hide(step: JobStep, cache: Cache) -> bool:
    """Whether it restores what hides a change, by a key that does not speak of architectures anyhow."""
    if step.conditional or not _keeps(step, cache):
        return False
    return step.action("swatinem/rust-cache") or not all(map(_speaks, _keys(step)))


def _restored(job: CiJob, steps: Sequence[JobStep], lists: Sequence[ArchListSetting]) -> JobStep | None:
    """The first of these steps by whose key no list is in."""
    for step in steps:
        if step.action("swatinem/rust-cache"):
            if not any(_rust_cache_sees(job, step, listed) for listed in lists):
                return step
        elif not all(_holds(key, lists) for key in _keys(step)):
            return step
    return None


def _keeps(step: JobStep, cache: Cache) -> bool:
    """Whether it restores one of the folders that hide a change."""
    if step.action("swatinem/rust-cache"):
        targets = step.given.get("cache-targets")
        return "target" in cache.kept and (targets is None or targets.value != "false")
    if step.action("actions/setup-python"):
        given = step.given.get("cache")
        return given is not None and given.value == "pip" and ".cache/pip" in cache.kept
    if not (step.action("actions/cache", "actions/cache/restore") or step.uses == "cache"):
        return False
    path = step.given.get("path")
    lines = [line.strip().rstrip("/*") for line in path.written.splitlines()] if path is not None else []
    return any(line == kept or line.endswith(f"/{kept}") for line in lines for kept in cache.kept)


def _keys(step: JobStep) -> list[str]:
    """The keys by which something may be restored, as they are written; none where it is never more than this run's."""
    if step.action("actions/setup-python"):
        return [""]  # the hash of the requirements
    key, others = step.given.get("key"), step.given.get("restore-keys")
    keys = [line.strip() for line in others.written.splitlines() if line.strip()] if others is not None else []
    if key is not None and not _ONE_RUN.search(key.written):
        keys.append(key.written)
    return keys


def _holds(key: str, lists: Sequence[ArchListSetting]) -> bool:
    """Whether a list, the variable that holds it, or the file where it stands is in the key."""
    hashed = " ".join(match[1] for match in _HASHED.finditer(key))
    for listed in lists:
        setting = listed.setting
        if setting.name in key or (setting.value and setting.value in key):
            return True
        if any(name in key for name in re.findall(r"(?:matrix|env|inputs|vars)\.[\w-]+", setting.written)):
            return True
        file = setting.place.file.rpartition("/")[2]
        folder = setting.place.file.rpartition("/")[0]
        if file in hashed or (folder and f"{folder}/**" in hashed) or (folder and f"{folder}/*" in hashed):
            return True
    return _speaks(key)


def _speaks(key: str) -> bool:
    """Whether a key names architectures."""
    return re.search(r"arch|sm_?\d|compute|cuda[_-]?cap", key, re.IGNORECASE) is not None and "runner.arch" not in key


def _rust_cache_sees(job: CiJob, step: JobStep, listed: ArchListSetting) -> bool:
    setting = listed.setting
    if setting.place.file.endswith((".toml", "Cargo.lock")):
        return True
    prefixes = step.given.get("env-vars")
    hashed = tuple(prefixes.written.split()) if prefixes is not None else _RUST_CACHE_HASHES
    if setting.name.startswith(hashed) and setting.name in job.environment:
        return True
    keys = [step.given[name].written for name in ("key", "shared-key", "prefix-key") if name in step.given]
    return any(_holds(key, (listed,)) for key in keys)


RULE = Rule("ci-cache-key", "CI cache that ignores the architecture list", __doc__, check)
