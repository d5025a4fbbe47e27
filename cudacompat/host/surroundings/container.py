"""Whether this is the inside of a container, by what container engines leave behind.

The signs are those of https://systemd.io/CONTAINER_INTERFACE (the variable `container`, /run/systemd/container) and of
the engines themselves. None is proof, so what was seen is told beside the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cudacompat.domain.machine.facts import ContainerFacts
from cudacompat.places.roots import Roots
from cudacompat.places.there import exists

_LIMIT = 1 << 20  # bytes of one file of /proc; a host with very many mounts has some hundred kilobytes

# Most telling first: a Kubernetes pod is a docker or containerd container, too.
_KINDS = ("kubernetes", "podman", "apptainer", "docker", "containerd", "buildkit", "buildah", "lxc", "systemd-nspawn")

_WORD = re.compile(r"[a-z][a-z0-9-]{0,30}")
_ENGINE = re.compile(r'^engine="?([a-z]+)', re.MULTILINE)

_CGROUPS = (
    (re.compile(r"/kubepods[./-]|/kubepods$"), "kubernetes"),
    (re.compile(r"/libpod-"), "podman"),
    (re.compile(r"/docker[-/]"), "docker"),
    (re.compile(r"cri-containerd|/containerd[-/]"), "containerd"),
    (re.compile(r"/buildkit/"), "buildkit"),
    (re.compile(r"/lxc(\.payload)?[./]"), "lxc"),
)
# Where an engine keeps its layers and the files that it puts into a container. A host mounts those elsewhere, so only
# the mounts over / and over these files count.
_STORES = (
    (re.compile(r"/kubelet/pods/"), "kubernetes"),
    (re.compile(r"/containers/storage/|/overlay-containers/"), "podman"),
    (re.compile(r"/docker/(overlay2|containers|rootfs|image|buildkit)\b"), "docker"),
    (re.compile(r"/buildkit\b"), "buildkit"),
    (re.compile(r"containerd\b"), "containerd"),
)
_OWN_MOUNTS = ("/", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf")


def container(roots: Roots | None = None) -> ContainerFacts:
    """Return whether this system is a container's, which engine's, and all that shows it."""
    roots = roots or Roots.real()
    signs = list(dict.fromkeys(_signs(roots.root, roots.environ)))
    if not signs:
        return ContainerFacts(False, None, "")
    kinds = [kind for kind, _ in signs if kind is not None]
    known = [kind for kind in _KINDS if kind in kinds]
    evidence = ", ".join(dict.fromkeys(shown for _, shown in signs))
    return ContainerFacts(True, (known + kinds)[0] if kinds else None, evidence)


def _signs(root: Path, environment: Mapping[str, str]) -> Iterator[tuple[str | None, str]]:
    """Pairs of the engine, as far as this sign tells it, and what was seen."""
    if environment.get("KUBERNETES_SERVICE_HOST"):
        yield "kubernetes", "KUBERNETES_SERVICE_HOST"
    if environment.get("APPTAINER_CONTAINER") or environment.get("SINGULARITY_CONTAINER"):
        yield "apptainer", "APPTAINER_CONTAINER"
    if environment.get("container"):
        yield _word(environment["container"]), "the variable container"
    if exists(root / ".dockerenv"):
        yield "docker", "/.dockerenv"
    if exists(root / "run/.containerenv"):
        engine = _ENGINE.search(_read(root / "run/.containerenv"))
        yield engine[1] if engine else "podman", "/run/.containerenv"
    if exists(root / ".singularity.d"):
        yield "apptainer", "/.singularity.d"
    if said := _read(root / "run/systemd/container"):
        yield _word(said), "/run/systemd/container"
    if exists(root / "dev/lxd/sock") or exists(root / "dev/incus/sock"):
        yield "lxc", "/dev/lxd or /dev/incus"
    for name in ("proc/1/cgroup", "proc/self/cgroup"):
        groups = _read(root / name)
        yield from ((kind, f"/{name}") for pattern, kind in _CGROUPS if pattern.search(groups))
    yield from _mounts(_read(root / "proc/self/mountinfo"))


def _mounts(mountinfo: str) -> Iterator[tuple[str | None, str]]:
    """The form is that of proc_pid_mountinfo(5): the fourth field is what was mounted, the fifth where."""
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        if len(fields) > 5 and fields[4] in _OWN_MOUNTS:
            kind = next((kind for pattern, kind in _STORES if pattern.search(line)), None)
            if kind is not None:
                yield kind, f"the mount over {fields[4]}"


def _word(text: str) -> str | None:
    text = text.strip().lower()
    return text if _WORD.fullmatch(text) else None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""
