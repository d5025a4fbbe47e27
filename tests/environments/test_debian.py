"""What dpkg installed, from its own lists: entries in the form of Ubuntu's and NVIDIA's, cut to what is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.environments import debian, installed

CUDNN = """Package: libcudnn9-cuda-12
Status: install ok installed
Maintainer: cudatools <cudatools@nvidia.com>
Architecture: amd64
Version: 9.10.2.21-1
Description: cuDNN runtime libraries for CUDA 12
"""
OPENCV = """Package: libopencv-cudev406
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 4.6.0+dfsg-13.1
Depends: libc6 (>= 2.35), libcudart12 (>= 12.0.146), libopencv-core406
"""
ZLIB = """Package: zlib1g
Status: install ok installed
Maintainer: Mark Brown <broonie@debian.org>
Architecture: amd64
Version: 1:1.3
Depends: libc6 (>= 2.14)
Description: compression library
 with CUDA in nothing but this text
"""
DRIVER = """Package: libnvidia-compute-570
Status: install ok installed
Architecture: amd64
Version: 570.86.10-0ubuntu1
"""


def install(root: Path, entry: str, *files: str, named: str | None = None) -> None:
    info = root / "var/lib/dpkg/info"
    info.mkdir(parents=True, exist_ok=True)
    package = entry.split("\n", 1)[0].removeprefix("Package: ")
    with (root / "var/lib/dpkg/status").open("a") as status:
        status.write(f"{entry}\n")
    (info / f"{named or package}.list").write_text("/.\n" + "".join(f"{file}\n" for file in files))
    for file in files:
        path = root / file.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_symlink():
            path.write_bytes(b"")


def found(root: Path) -> list[tuple[str, str, list[str]]]:
    return [
        (each.package, each.version, [path.removeprefix(str(root)) for path in each.libraries])
        for each in debian.components(str(root)).found
    ]


def test_packages_that_have_to_do_with_cuda(tmp_path: Path) -> None:
    lib = "/usr/lib/x86_64-linux-gnu"
    install(tmp_path, CUDNN, f"{lib}/libcudnn_ops.so.9.10.2", f"{lib}/libcudnn_static.a")
    install(tmp_path, OPENCV, f"{lib}/libopencv_cudev.so.4.6.0", named="libopencv-cudev406:amd64")
    install(tmp_path, ZLIB, f"{lib}/libz.so.1.3")
    assert found(tmp_path) == [
        ("libcudnn9-cuda-12", "9.10.2.21-1", [f"{lib}/libcudnn_ops.so.9.10.2"]),
        ("libopencv-cudev406", "4.6.0+dfsg-13.1", [f"{lib}/libopencv_cudev.so.4.6.0"]),
    ]
    assert {each.manager for each in debian.components(str(tmp_path)).found} == {"dpkg"}


def test_the_driver_and_toolkits_are_left_out(tmp_path: Path) -> None:
    install(tmp_path, DRIVER, "/usr/lib/x86_64-linux-gnu/libcuda.so.570.86.10", "/usr/lib/x/libnvidia-nvvm.so.4")
    cublas = CUDNN.replace("libcudnn9-cuda-12", "libcublas-12-8")
    install(tmp_path, cublas, "/usr/local/cuda-12.8/targets/x86_64-linux/lib/libcublas.so.12.8.4.1")
    profiler = CUDNN.replace("libcudnn9-cuda-12", "nsight-compute-2025.3.1")
    install(tmp_path, profiler, "/opt/nvidia/nsight-compute/2025.3.1/host/target-linux-x64/libcupti.so.11.0")
    assert found(tmp_path) == []


def test_what_was_removed_is_not_installed(tmp_path: Path) -> None:
    install(tmp_path, CUDNN.replace("install ok installed", "deinstall ok config-files"), "/usr/lib/libcudnn.so.9")
    assert found(tmp_path) == []


def test_a_link_and_a_file_that_is_gone_do_not_count(tmp_path: Path) -> None:
    install(tmp_path, CUDNN, "/usr/lib/libcudnn.so.9.10.2", "/usr/lib/libgone.so.1")
    (tmp_path / "usr/lib/libgone.so.1").unlink()
    (tmp_path / "usr/lib/libcudnn.so.9").symlink_to("libcudnn.so.9.10.2")
    (tmp_path / "var/lib/dpkg/info/libcudnn9-cuda-12.list").write_text(
        "/usr/lib/libcudnn.so.9\n/usr/lib/libcudnn.so.9.10.2\n/usr/lib/libgone.so.1\n"
    )
    assert found(tmp_path) == [("libcudnn9-cuda-12", "9.10.2.21-1", ["/usr/lib/libcudnn.so.9.10.2"])]


@pytest.mark.parametrize("package", ["../../../etc/x-nvidia", "nvidia\x00"])
def test_names_that_lead_elsewhere(tmp_path: Path, package: str) -> None:
    install(tmp_path, CUDNN, "/usr/lib/libcudnn.so.9.10.2")
    (tmp_path / "var/lib/dpkg/status").write_text(CUDNN.replace("libcudnn9-cuda-12", package))
    assert found(tmp_path) == []


def test_no_dpkg(tmp_path: Path) -> None:
    assert debian.components(str(tmp_path)).found == ()


def test_they_come_after_python_packages_and_before_what_lies_apart(tmp_path: Path) -> None:
    install(tmp_path, CUDNN, "/opt/engine/libcudnn.so.9")
    apart = tmp_path / "opt/engine"
    (apart / "libengine.so").write_bytes(b"")
    (apart / "libengine.so.1").symlink_to("libengine.so")
    seen = installed.components([], [], (str(apart),), str(tmp_path)).found
    assert [(each.manager, each.package, each.version) for each in seen] == [
        ("dpkg", "libcudnn9-cuda-12", "9.10.2.21-1"),
        ("apart", "engine", ""),
    ]
    assert seen[1].libraries == (str(apart / "libengine.so"),)
