"""Whether this is a container, from what engines leave in a file system."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import ContainerFacts
from cudacompat.host.surroundings.container import container
from cudacompat.places.roots import Roots

OUTSIDE = ContainerFacts(False, None, "")
ID = "4f" * 32

# A host that runs containers: their layers are mounted, and it is not one.
HOST_MOUNTS = f"""\
28 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
25 28 0:23 / /proc rw shared:12 - proc proc rw
90 28 0:51 / /var/lib/docker/overlay2/{ID}/merged rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/x
91 28 259:2 /etc/resolv.conf /etc/resolv.conf rw - ext4 /dev/nvme0n1p2 rw
"""
DOCKER_MOUNTS = f"""\
600 500 0:70 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B
601 600 0:71 / /proc rw - proc proc rw
610 600 259:2 /var/lib/docker/containers/{ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/nvme0n1p2 rw
"""
PODMAN_MOUNTS = """\
600 500 0:70 / / rw - overlay overlay rw,lowerdir=/home/ada/.local/share/containers/storage/overlay/l/A
"""
KUBE_MOUNTS = """\
600 500 0:70 / / rw - overlay overlay rw,lowerdir=/var/lib/containerd/io.containerd.snapshotter/snapshots/1/fs
611 600 259:2 /var/lib/kubelet/pods/0a1b/etc-hosts /etc/hosts rw - ext4 /dev/sda1 rw
"""
BUILDKIT_MOUNTS = """\
600 500 0:70 / / rw - overlay overlay rw,lowerdir=/var/lib/buildkit/runc-overlayfs/snapshots/snapshots/3/fs
"""


def at(root: Path, files: dict[str, str] | None = None, **environment: str) -> ContainerFacts:
    for name, text in (files or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return container(Roots.under(root, environment))


@pytest.mark.parametrize(
    ("files", "environment", "kind", "evidence"),
    [
        ({".dockerenv": ""}, {}, "docker", "/.dockerenv"),
        ({"run/.containerenv": ""}, {}, "podman", "/run/.containerenv"),
        ({"run/.containerenv": 'engine="podman-5.2.2"\nname="x"\n'}, {}, "podman", "/run/.containerenv"),
        ({"run/.containerenv": 'engine="buildah-1.33.7"\n'}, {}, "buildah", "/run/.containerenv"),
        ({}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes", "KUBERNETES_SERVICE_HOST"),
        (
            {".dockerenv": ""},
            {"KUBERNETES_SERVICE_HOST": "10.0.0.1"},
            "kubernetes",
            "KUBERNETES_SERVICE_HOST, /.dockerenv",
        ),
        ({}, {"APPTAINER_CONTAINER": "/home/ada/x.sif"}, "apptainer", "APPTAINER_CONTAINER"),
        ({".singularity.d/runscript": ""}, {}, "apptainer", "/.singularity.d"),
        ({}, {"container": "lxc"}, "lxc", "the variable container"),
        ({"run/systemd/container": "systemd-nspawn\n"}, {}, "systemd-nspawn", "/run/systemd/container"),
        ({"run/systemd/container": "something new\n"}, {}, None, "/run/systemd/container"),
        ({"dev/incus/sock": ""}, {}, "lxc", "/dev/lxd or /dev/incus"),
        ({"proc/1/cgroup": f"12:cpu:/docker/{ID}\n11:pids:/docker/{ID}\n"}, {}, "docker", "/proc/1/cgroup"),
        ({"proc/self/cgroup": f"0::/system.slice/docker-{ID}.scope\n"}, {}, "docker", "/proc/self/cgroup"),
        ({"proc/1/cgroup": "0::/kubepods.slice/kubepods-burstable.slice/x\n"}, {}, "kubernetes", "/proc/1/cgroup"),
        ({"proc/1/cgroup": f"0::/machine.slice/libpod-{ID}.scope\n"}, {}, "podman", "/proc/1/cgroup"),
        ({"proc/1/cgroup": "0::/lxc.payload.web/init.scope\n"}, {}, "lxc", "/proc/1/cgroup"),
        ({"proc/self/mountinfo": DOCKER_MOUNTS}, {}, "docker", "the mount over /, the mount over /etc/resolv.conf"),
        ({"proc/self/mountinfo": PODMAN_MOUNTS}, {}, "podman", "the mount over /"),
        ({"proc/self/mountinfo": KUBE_MOUNTS}, {}, "kubernetes", "the mount over /, the mount over /etc/hosts"),
        ({"proc/self/mountinfo": BUILDKIT_MOUNTS}, {}, "buildkit", "the mount over /"),
    ],
)
def test_signs(
    tmp_path: Path, files: dict[str, str], environment: dict[str, str], kind: str | None, evidence: str
) -> None:
    assert at(tmp_path, files, **environment) == ContainerFacts(True, kind, evidence)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"proc/self/mountinfo": HOST_MOUNTS, "proc/1/cgroup": "0::/init.scope\n", "etc/hostname": "box\n"},
        {"proc/1/cgroup": "9:name=systemd:/\n0::/\n"},
        {"proc/self/cgroup": "0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker.service\n"},
        {"proc/self/cgroup": "0::/system.slice/containerd.service\n"},
        {"proc/self/mountinfo": "garbage\n\n1 2\n"},
        {"run/systemd/container": ""},
    ],
)
def test_a_machine_itself(tmp_path: Path, files: dict[str, str]) -> None:
    assert at(tmp_path, files) == OUTSIDE
    assert at(tmp_path, files, container="") == OUTSIDE


def test_what_a_stranger_writes_does_not_become_the_kind(tmp_path: Path) -> None:
    assert at(tmp_path, container="\x1b[31mred").kind is None
    assert at(tmp_path, container="x" * 10_000).kind is None


def test_a_host_with_very_many_mounts(tmp_path: Path) -> None:
    filler = "1 2 0:3 / /somewhere rw - ext4 /dev/sda1 rw\n" * 50_000
    assert at(tmp_path, {"proc/self/mountinfo": DOCKER_MOUNTS + filler}).kind == "docker"
