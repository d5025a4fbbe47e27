"""What a process has mapped and open, by /proc/PID/maps and /proc/PID/fd (proc_pid_maps(5)): Linux only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_MOST_BYTES = 64 << 20
_MOST_COMMAND_BYTES = 1 << 16
_DEVICE = re.compile(r"/dev/nvidia(\d{1,3})")
_LINE = re.compile(
    r"^[0-9a-f]+-[0-9a-f]+ ..(?P<execute>.). [0-9a-f]+ (?P<device>[0-9a-f]+:[0-9a-f]+) (?P<inode>\d+)\s+(?P<path>/.*)$",
    re.MULTILINE,
)
_LIBCUDA = re.compile(r"/libcuda\.so[^/]*$")
_COMPILER = re.compile(r"/libnvidia-ptxjitcompiler\.so[^/]*$")
_DRIVER = re.compile(r"/(?:libcuda|libnvidia-[a-z0-9-]+)\.so[^/]*$")
_PTXAS = re.compile(r"/ptxas$")
_TARGET = re.compile(rb"\bsm_\d{2,3}[af]?\b")
_DELETED = " (deleted)"


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file with code of its own that was mapped, known by its device and inode; `deleted`: its name is gone."""

    path: str
    device: str
    inode: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one look at one process showed. `foreign` is whether it lives in another mount namespace, `ptxas_targets`
    what it compiles for, where it is a ptxas."""

    libcuda: bool
    jit_compiler: bool
    devices: frozenset[int]
    files: frozenset[CodeFile]
    foreign: bool
    ptxas_targets: frozenset[str] = frozenset()


def look(pid: int, proc: Path = _PROC) -> Mapped | None:
    """Return what the process has mapped and open now, `None` where it may not be looked into or has ended."""
    try:
        with (proc / str(pid) / "maps").open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8", "surrogateescape")
    except OSError:
        return None
    if not text:  # a zombie, or a kernel thread
        return None
    libcuda = compiler = False
    files: set[CodeFile] = set()
    devices: set[int] = set()
    for match in _LINE.finditer(text):
        path = match["path"].replace("\\012", "\n")  # the only character that the kernel escapes
        if (node := _DEVICE.fullmatch(path)) is not None:
            devices.add(int(node[1]))
        if match["execute"] != "x" or match["inode"] == "0":
            continue
        deleted = path.endswith(_DELETED)
        path = path.removesuffix(_DELETED)
        if path.startswith(("/dev/", "/memfd:", "/SYSV")):
            continue
        libcuda = libcuda or _LIBCUDA.search(path) is not None
        compiler = compiler or _COMPILER.search(path) is not None
        files.add(CodeFile(path, match["device"], int(match["inode"]), deleted=deleted))
    return Mapped(
        libcuda,
        compiler,
        frozenset(devices | _open_devices(pid, proc)),
        files=frozenset(files),
        foreign=_foreign(pid, proc),
        ptxas_targets=_ptxas_targets(pid, proc) if any(_PTXAS.search(file.path) for file in files) else frozenset(),
    )


def hidden(pid: int, proc: Path = _PROC) -> bool:
    """Whether the process is there and may not be looked into."""
    try:
        (proc / str(pid) / "maps").open("rb").close()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def is_code(file: CodeFile) -> bool:
    """Whether it is an ELF file, as far as that can be seen: only those can hold registered device code. One whose
    name is gone is taken for a library by that name: interpreters map nameless memory of other kinds."""
    if file.deleted:
        return ".so" in file.path.rpartition("/")[2]
    try:
        with Path(file.path).open("rb") as opened:
            return opened.read(4) == b"\x7fELF"
    except OSError:
        return True  # what is gone is said so


def is_driver(file: CodeFile) -> bool:
    """Whether it is the driver's own library, whose device code is no engine's (driver 580's libcuda holds 118 modules
    of its own)."""
    return _DRIVER.search(file.path) is not None


def gone(file: CodeFile) -> str | None:
    """Why the file on the disk is not the one that was mapped, `None` where it is."""
    if file.deleted:
        return "it was replaced or removed while the process ran"
    try:
        status = Path(file.path).stat()
    except OSError as error:
        return f"it is not there any more ({(error.strerror or 'unreadable').lower()})"
    # overlay and btrfs report another device in maps than stat does; the inode is the same
    return None if status.st_ino == file.inode else "another file is there now"


def _open_devices(pid: int, proc: Path) -> set[int]:
    found: set[int] = set()
    try:
        for entry in (proc / str(pid) / "fd").iterdir():
            try:
                target = str(entry.readlink())
            except OSError:
                continue
            if (node := _DEVICE.fullmatch(target)) is not None:
                found.add(int(node[1]))
    except OSError:
        pass
    return found


def _ptxas_targets(pid: int, proc: Path) -> frozenset[str]:
    try:
        with (proc / str(pid) / "cmdline").open("rb") as file:
            return frozenset(found.decode() for found in _TARGET.findall(file.read(_MOST_COMMAND_BYTES)))
    except OSError:
        return frozenset()


def _foreign(pid: int, proc: Path) -> bool:
    try:
        return (proc / str(pid) / "ns/mnt").readlink() != (proc / "self/ns/mnt").readlink()
    except OSError:
        return False
