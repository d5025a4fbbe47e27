"""What images are built with and run as: the CPU half, the home, PyTorch beside its extension, make's results."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from cudacompat.app.generate import GenerateRequest, generate


def text_of(engine: str, output: str = "dockerfile", version: str | None = None) -> str:
    return generate(engine, GenerateRequest(specs=("8.6",), output=output, engine_version=version)).files[0].text


@pytest.mark.parametrize(
    ("engine", "version", "there"),
    [
        ("whisper.cpp", None, True),
        ("whisper.cpp", "1.7.6", True),
        ("whisper.cpp", "1.7.5", False),  # its programs load no backend: there would be no CPU half at all
        ("llama.cpp", None, True),
        ("llama.cpp", "b7574", False),
        ("ggml", None, False),
        ("cmake", None, False),
    ],
)
def test_an_image_has_the_cpu_half_for_each_generation(engine: str, version: str | None, there: bool) -> None:
    text = text_of(engine, version=version)
    assert ("-DGGML_BACKEND_DL=ON" in text, "-DGGML_CPU_ALL_VARIANTS=ON" in text) == (there, there)
    assert "-DGGML_NATIVE=OFF" in text or engine == "cmake"
    assert "GGML_BACKEND_DL" not in text_of(engine, "cmake", version), "a build of this machine is for this machine"


@pytest.mark.parametrize("engine", ["whisper.cpp", "cupy", "whisper-rs", "nvcc"])
def test_the_user_of_an_image_has_a_home(engine: str) -> None:
    """A user without one has HOME=/, where CuPy's first kernel ends with "permission denied"."""
    text = text_of(engine)
    made = text.index("useradd --no-log-init --uid 10001 --gid 10001 --create-home app")
    assert made < text.index("\nUSER 10001:10001")


@pytest.mark.parametrize(("engine", "there"), [("torch-extension", True), ("flash-attention", True), ("cupy", False)])
def test_an_extension_is_installed_with_its_pytorch(engine: str, there: bool) -> None:
    last = text_of(engine).rpartition("\nFROM ")[2]
    assert (re.search(r"\n +torch /opt/wheels/\*\.whl", last) is not None) == there


_INSTALLS = "install: tool\n\tinstall -D tool $(DESTDIR)/usr/local/bin/tool\n"
_ELSEWHERE = "install: tool\n\tinstall -D tool {elsewhere}/tool\n"


@pytest.mark.parametrize("install", ["", _INSTALLS, _ELSEWHERE], ids=["none", "destdir", "without destdir"])
@pytest.mark.parametrize("clean", ["", "clean:\n\trm -f tool libx.so\n"], ids=["no clean", "clean"])
def test_what_make_builds_is_taken(tmp_path: Path, install: str, clean: str) -> None:
    """With make itself: what is older than the build is made anew, and ends where PATH looks."""
    tree, out = tmp_path / "tree", tmp_path / "out"
    tree.mkdir()
    out.mkdir()
    rules = "all: tool libx.so\ntool:\n\techo new > tool\n\tchmod +x tool\nlibx.so:\n\techo new > libx.so\n"
    (tree / "Makefile").write_text(rules + install.format(elsewhere=tmp_path / "elsewhere") + clean)
    for stale in ("tool", "libx.so"):
        (tree / stale).write_text("stale\n")
    (tree / "notes.so").write_text("not of this build\n")
    subprocess.run(["touch", "-d", "2001-01-01", tree / "notes.so"], check=True)
    step = re.search(r"&& (touch /tmp/before(?:.*\\\n)*.*)\n", text_of("nvcc"))
    assert step is not None
    script = "jobs=2\n" + step[1].replace("/tmp/before", str(tmp_path / "before")).replace("/out", str(out))
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (out / "bin/tool").read_text() == "new\n"
    if install != _INSTALLS:
        assert sorted(path.name for path in (out / "lib").iterdir()) == ["libx.so"]
        assert (out / "lib/libx.so").read_text() == "new\n"
