"""A build in a container ends with the tool, also by SIGKILL: with the real buildah and podman, where they are."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers import toolchain
from tests.helpers.run import ROOT, inside

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the processes are found in /proc")

# Stands for the image's shell, whatever it is asked: itself, a child, a daemon with a session of its own and without
# an environment. They are known by their name.
SHELL = """
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv) {
    char *none[] = {0};
    if (argc > 1 && argv[1][0] == '@') { pause(); return 0; }
    if (fork() == 0) execle("/bin/sh", "%(name)s", "@child", (char *)0, none);
    if (fork() == 0) { setsid(); if (fork() == 0) execle("/bin/sh", "%(name)s", "@daemon", (char *)0, none); _exit(0); }
    execle("/bin/sh", "%(name)s", "@shell", (char *)0, none);
    return 1;
}
"""


def running(name: str) -> dict[str, int]:
    """What of the build runs: the second argument of each, and its number."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0] == name.encode() and len(words) > 1:
            found[words[1].decode()] = int(process.name)
    return found


@pytest.fixture
def name(tmp_path: Path) -> str:
    return f"build-of-{os.getpid()}-{tmp_path.name[-20:]}"


@pytest.fixture
def tree(tmp_path: Path, name: str) -> Path:
    source, shell = tmp_path / "sh.c", tmp_path / "sh"
    source.write_text(SHELL % {"name": name})
    subprocess.run([toolchain.require_host_compiler(), "-xc", "-static", "-o", shell, source], check=True)
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text('project("whisper.cpp" VERSION 1.8.0 LANGUAGES C CXX)\n')
    return folder


def prepared(program: str, tree: Path) -> dict[str, str]:
    """The environment with a store of its own, which holds the image that the build begins with."""
    if shutil.which(program) is None or shutil.which("buildah") is None:
        pytest.skip(f"no {program} or no buildah on this machine")
    store = tree.with_name("storage.conf")
    store.write_text(
        f'[storage]\ndriver = "vfs"\ngraphroot = "{tree.parent}/images"\nrunroot = "{tree.parent}/run"\n', "utf-8"
    )
    more = {"CONTAINERS_STORAGE_CONF": str(store), "BUILDAH_ISOLATION": "chroot", "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **more}

    def buildah(*words: str) -> str:
        done = subprocess.run(["buildah", *words], capture_output=True, text=True, env=environment)
        if done.returncode:
            pytest.skip(f"buildah makes no image here: {done.stderr.strip()[-300:]}")
        return done.stdout.strip()

    script = inside("rebuild", "whisper.cpp", tree, "--gpu", "8.6", "--in", program, "--cuda", "12.8", "--dry-run").out
    image = re.search(r"(?m)^FROM (\S+) AS build$", script)
    release = re.search(r"(?m)^ARG CUDA=(\S+)$", script)
    assert image is not None
    assert release is not None
    empty = buildah("from", "scratch")
    for path in ("/bin/sh", "/bin/bash"):
        buildah("copy", "-q", empty, str(tree.with_name("sh")), path)
    buildah("commit", "-q", "--rm", empty, image[1].replace("${CUDA}", release[1]))
    return environment


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("program", ["buildah", "podman"])
def test_what_runs_in_the_container_ends(tree: Path, name: str, program: str, number: signal.Signals) -> None:
    environment = prepared(program, tree)
    line = ["rebuild", "whisper.cpp", str(tree), "--gpu", "8.6", "--in", program, "--cuda", "12.8", "--yes"]
    tool = subprocess.Popen(
        [sys.executable, "-m", "cudacompat", *line],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while set(running(name)) != {"@shell", "@child", "@daemon"}:
            if tool.poll() is not None:
                said = tool.communicate()[0]
                if "error running" in said or "permitted" in said:
                    pytest.skip(f"{program} runs no container here: {said[-300:]}")
                raise AssertionError(said)
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1.2)  # a build's processes are looked at once a second
        tool.send_signal(number)
        deadline = time.monotonic() + 20
        while running(name) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert running(name) == {}
    finally:
        for pid in (tool.pid, *running(name).values()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        tool.communicate()
