"""What the machine shows of a process: /proc, the JIT's cache, a health endpoint."""

from __future__ import annotations

import ctypes
import http.server
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cudacompat.domain.words.errors import UsageError
from cudacompat.host.runs import health, maps
from cudacompat.host.runs.jit_cache import CacheWatch
from cudacompat.host.surroundings.jit_cache_folder import folder_of
from tests.helpers.machine import library

# As a kernel wrote it: a library, the driver's, one whose name is gone, data, a device, a name with a line break in it.
MAPS = """\
5590a0000000-5590a0001000 r-xp 00000000 fe:01 100 /usr/bin/whisper-cli
7f10a0000000-7f10a1000000 r--p 00000000 fe:01 101 /opt/lib/libggml-cuda.so
7f10a1000000-7f10a2000000 r-xp 01000000 fe:01 101 /opt/lib/libggml-cuda.so
7f10a3000000-7f10a4000000 r-xp 00000000 fe:01 102 /usr/lib/x86_64-linux-gnu/libcuda.so.580.159.04
7f10a5000000-7f10a6000000 r-xp 00000000 fe:01 103 /usr/lib/libnvidia-ptxjitcompiler.so.580.159.04
7f10a7000000-7f10a8000000 r-xp 00000000 fe:01 104 /opt/lib/old.so (deleted)
7f10a9000000-7f10aa000000 r--s 00000000 fe:01 105 /models/ggml-base.bin
7f10ab000000-7f10ac000000 rw-s 00000000 00:05 106 /dev/nvidia3
7f10ad000000-7f10ae000000 r-xp 00000000 fe:01 107 /opt/two\\012lines.so
7f10af000000-7f10b0000000 r-xp 00000000 00:01 108 /memfd:jit (deleted)
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]
"""


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc" / "7"
    (folder / "fd").mkdir(parents=True)
    (folder / "maps").write_text(MAPS)
    for number, target in enumerate(("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/null")):
        (folder / "fd" / str(number)).symlink_to(target)
    for namespace in (folder / "ns", tmp_path / "proc/self/ns"):
        namespace.mkdir(parents=True)
        (namespace / "mnt").symlink_to("mnt:[4026531841]")
    return tmp_path / "proc"


class TestMaps:
    def test_what_is_mapped_and_open(self, proc: Path) -> None:
        seen = maps.look(7, proc)
        assert seen is not None
        assert (seen.libcuda, seen.jit_compiler, seen.foreign) == (True, True, False)
        assert seen.devices == {0, 3}
        names = {file.path: file.deleted for file in seen.files}
        assert names == {
            "/usr/bin/whisper-cli": False,
            "/opt/lib/libggml-cuda.so": False,
            "/usr/lib/x86_64-linux-gnu/libcuda.so.580.159.04": False,
            "/usr/lib/libnvidia-ptxjitcompiler.so.580.159.04": False,
            "/opt/lib/old.so": True,
            "/opt/two\nlines.so": False,
        }

    def test_what_a_ptxas_compiles_for(self, proc: Path) -> None:
        line = "7f10b1000000-7f10b2000000 r-xp 00000000 fe:01 109 /usr/local/cuda/bin/ptxas\n"
        (proc / "7/cmdline").write_bytes(b"ptxas\0-v\0--gpu-name=sm_90a\0/tmp/kernel.ptx\0")
        seen = maps.look(7, proc)
        assert seen is not None
        assert seen.ptxas_targets == frozenset()  # another program may have such words in its command line
        (proc / "7/maps").write_text(MAPS + line)
        seen = maps.look(7, proc)
        assert seen is not None
        assert seen.ptxas_targets == {"sm_90a"}

    def test_the_driver_s_own_libraries_are_no_engine_s(self, proc: Path) -> None:
        seen = maps.look(7, proc)
        assert seen is not None
        own = {file.path for file in seen.files if maps.is_driver(file)}
        assert {path.rpartition("/")[2].split(".")[0] for path in own} == {"libcuda", "libnvidia-ptxjitcompiler"}

    def test_another_mount_namespace(self, proc: Path) -> None:
        (proc / "7/ns/mnt").unlink()
        (proc / "7/ns/mnt").symlink_to("mnt:[4026532000]")
        seen = maps.look(7, proc)
        assert seen is not None
        assert seen.foreign

    @pytest.mark.parametrize("text", [None, ""])
    def test_a_process_that_has_ended(self, proc: Path, text: str | None) -> None:
        (proc / "7/maps").unlink() if text is None else (proc / "7/maps").write_text(text)
        assert maps.look(7, proc) is None
        assert not maps.hidden(7, proc)

    def test_garbage_is_no_mapping(self, proc: Path) -> None:
        (proc / "7/maps").write_bytes(b"\xff\xfe\x00 /libcuda.so\nx-y r-xp 0 0:0 1 /libcuda.so\n" * 1000)
        seen = maps.look(7, proc)
        assert seen is not None
        assert not seen.libcuda

    def test_which_file_lies_there_now(self, tmp_path: Path) -> None:
        path = tmp_path / "lib.so"
        path.write_bytes(b"\x7fELF" + bytes(60))
        file = maps.CodeFile(str(path), "fe:01", path.stat().st_ino, False)
        assert (maps.gone(file), maps.is_code(file)) == (None, True)
        other = tmp_path / "other.so"
        other.write_bytes(b"\x7fELF")
        other.replace(path)
        assert maps.gone(file) == "another file is there now"
        path.unlink()
        assert maps.gone(file) == "it is not there any more (no such file or directory)"

    @pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
    def test_this_very_process(self, tmp_path: Path) -> None:
        path = library(tmp_path, "libcuda.so.1", "int cuInit(unsigned f) { return 0; }")
        ctypes.CDLL(str(path))
        seen = maps.look(os.getpid())
        assert seen is not None
        assert seen.libcuda
        assert str(path) in {file.path for file in seen.files}


class TestJitCache:
    @pytest.mark.parametrize(
        ("environment", "folder"),
        [
            ({"CUDA_CACHE_PATH": "/cache", "HOME": "/home/u"}, "/cache"),
            ({"CUDA_CACHE_PATH": "", "HOME": "/home/u"}, "/home/u/.nv/ComputeCache"),
            ({"HOME": "/home/u"}, "/home/u/.nv/ComputeCache"),
            ({}, None),
        ],
    )
    @pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps it elsewhere")
    def test_where_it_is(self, environment: dict[str, str], folder: str | None) -> None:
        found = folder_of(environment)
        assert (str(found) if found else None) == folder

    def test_growth(self, tmp_path: Path) -> None:
        watch = CacheWatch(tmp_path, cold=False, enabled=True)
        (tmp_path / "5/5").mkdir(parents=True)
        (tmp_path / "5/5/77e1").write_bytes(bytes(3731))
        (tmp_path / "index").write_bytes(bytes(32))
        seen = watch.finish()
        assert (seen.before, seen.after, seen.grown) == ((0, 0), (2, 3763), 3763)

    @pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")
    def test_a_file_that_is_read_is_seen_and_a_folder_is_not(self, tmp_path: Path) -> None:
        (tmp_path / "5/5").mkdir(parents=True)
        (tmp_path / "5/5/77e1").write_bytes(bytes(3731))
        watch = CacheWatch(tmp_path, cold=False, enabled=True)
        list(tmp_path.rglob("*"))
        watch.poll()
        assert CacheWatch(tmp_path, cold=False, enabled=True).finish().opened == 0
        (tmp_path / "5/5/77e1").read_bytes()
        (tmp_path / "5/5/77e1").read_bytes()
        seen = watch.finish()
        assert (seen.opened, seen.grown) == (1, 0)

    def test_a_cache_that_is_not_there(self, tmp_path: Path) -> None:
        seen = CacheWatch(tmp_path / "none", cold=False, enabled=True).finish()
        assert (seen.before, seen.after, seen.opened) == ((0, 0), (0, 0), None)


class TestHealth:
    @pytest.fixture
    def server(self) -> Iterator[str]:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(int(self.path.rpartition("/")[2].partition("?")[0]))
                self.send_header("Location", "/200")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()

    @pytest.mark.parametrize(
        ("status", "green"), [("200", True), ("204?deep=1", True), ("503", False), ("404", False), ("302", False)]
    )
    def test_only_2xx_is_green(self, server: str, status: str, green: bool) -> None:
        assert health.ask(f"{server}/{status}") == (green, f"HTTP {status[:3]}")

    def test_nobody_listens(self, server: str) -> None:
        assert health.ask("http://127.0.0.1:1/") == (False, "nothing listens there")

    def test_a_server_that_says_nothing(self) -> None:
        import socket

        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            assert health.ask(url, timeout_s=0.3) == (False, "no answer within 0.3 s")

    @pytest.mark.parametrize("url", ["", "x", "ftp://x/", "http://", "http://x:99999/", "http://[::1/", "file:///x"])
    def test_what_is_no_address(self, url: str) -> None:
        with pytest.raises(UsageError, match="not an http or https address"):
            health.require_url(url)
