"""`check` of lists with wheels that somebody built for a CUDA release or a framework, of which the table has no row."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_lists import JSON, check, packages
from tests.helpers.run import Ran

HEALTHY = "torch==2.8.0\n"
AT = "https://github.com/a/b/releases/download/v1"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("foobar==0.0.3+cu124", "foobar"),
        ("nunchaku==0.3.1+torch2.7", "nunchaku"),
        ("jaxlib==0.4.7+cuda11.cudnn86", "jaxlib"),
        ("torch-scatter==2.1.2+pt24cu121", "torch-scatter"),
        (f"{AT}/llama_cpp_binaries-0.0.3+cu124-py3-none-linux_x86_64.whl", "llama-cpp-binaries"),
        (f"exllamav2 @ {AT}/exllamav2-0.2.3+cu121.torch2.4.0-cp311-cp311-linux_x86_64.whl", "exllamav2"),
        ("exllamav2 @ git+https://github.com/turboderp-org/exllamav2", "exllamav2"),
    ],
)
def test_a_build_that_nobody_read_is_not_known_and_has_a_note(tmp_path: Path, line: str, name: str) -> None:
    ran = check(tmp_path, {"requirements.txt": f"{HEALTHY}{line}\n"}, *JSON)
    assert ran.code == 4
    assert (name, "undecided") in [(each[2], each[3]) for each in packages(ran)]
    assert [each["id"] for each in ran.json["findings"] if each["line"] == 2] == ["wheel-not-known"]


@pytest.mark.parametrize(
    "line",
    ["foobar==1.0+cpu", "foobar==1.0+ubuntu1", "foobar==1.0+pt24cpu", "foobar==1.0+g12cu", "torchtext==0.18.0+cu121"],
)
def test_a_local_version_that_names_no_cuda_build_says_nothing(tmp_path: Path, line: str) -> None:
    ran = check(tmp_path, {"requirements.txt": f"{HEALTHY}{line}\n"}, *JSON)
    assert (ran.code, [each[2] for each in packages(ran)]) == (0, ["torch"])


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (
            "torch==2.7.1+cu128",
            "PIP_INDEX_URL=https://download.pytorch.org/whl/cu128 cudacompat check torch==2.7.1+cu128 --gpu GB200",
        ),
        ("foobar==0.0.3+cu124", "download the wheel of foobar 0.0.3+cu124 and read it: cudacompat check FILE.whl"),
        ("ctranslate2==99.1", "read the wheel itself: cudacompat check ctranslate2==99.1 --gpu GB200"),
    ],
)
def test_the_wheel_that_is_to_be_read_is_the_one_that_is_named(tmp_path: Path, line: str, command: str) -> None:
    ran = check(tmp_path, {"requirements.txt": f"{line}\n"}, *JSON, gpu="GB200")
    (note,) = [each for each in ran.json["findings"] if each["id"] == "wheel-not-known"]
    assert command in note["help"]


def test_a_local_version_alone_makes_no_extension_of_the_framework(tmp_path: Path) -> None:
    text = "torch==2.7.1+cu128\nfoobar==0.0.3+cu124\ntorchvision==0.22.1+cu124\n"
    ran = check(tmp_path, {"requirements.txt": text}, *JSON)
    assert [each["line"] for each in ran.json["findings"] if each["id"] == "torch-mismatch"] == [3]


def _help(ran: Ran, id_: str) -> str:
    (found,) = [each for each in ran.json["findings"] if each["id"] == id_]
    return str(found["help"])


def test_a_build_for_the_cpu_is_an_error_where_a_gpu_was_named(tmp_path: Path) -> None:
    ran = check(tmp_path, {"requirements.txt": "torch==2.5.1+cpu\n"}, *JSON)
    found = [(each["id"], each["severity"]) for each in ran.json["findings"]]
    assert (ran.code, found, packages(ran)[0][3]) == (1, [("wheel-without-code", "error")], None)


@pytest.mark.parametrize(
    ("text", "id_", "pin"),
    [
        ("jax[cuda12]==0.4.35\n", "wheel-by-jit", '"jax[cuda12]==0.6.2"'),
        ("jax==0.4.35\njaxlib==0.4.35\njax-cuda12-plugin==0.4.35\n", "wheel-by-jit", '"jax[cuda12]==0.6.2"'),
        ("tensorflow[and-cuda]==2.18.0\n", "wheel-cannot-run", '"tensorflow[and-cuda]==2.21.0"'),
        ("tensorflow==2.18.0\n", "wheel-cannot-run", '"tensorflow==2.21.0"'),
    ],
)
def test_the_cure_moves_what_belongs_together(tmp_path: Path, text: str, id_: str, pin: str) -> None:
    ran = check(tmp_path, {"requirements.txt": text}, *JSON, gpu="RTX 5090")
    assert _help(ran, id_).partition("pip install ")[2].partition(" ")[0].startswith(pin)


def test_the_cure_is_within_the_bounds_of_what_requires_the_package(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "faster-whisper==1.1.0\n"}
    old = check(tmp_path, files, *JSON, "--driver", "470", gpu="V100")
    assert 'pip install "ctranslate2==3.24.0" "faster-whisper==0.10.1"' in _help(old, "wheel-cannot-run")
    free = check(tmp_path, {"requirements.txt": "faster-whisper\n"}, *JSON, "--driver", "470", gpu="V100")
    assert 'pip install "ctranslate2==3.24.0"  #' in _help(free, "wheel-cannot-run")


def test_a_cure_that_a_package_refuses_says_so(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "whisperx==3.8.0\n"}
    ran = check(tmp_path, files, *JSON, "--driver", "470", gpu="V100")
    helps = [each["help"] for each in ran.json["findings"] if "ctranslate2==3" in each["help"]]
    assert all("no release of whisperx is known that runs there with it" in each for each in helps)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xef\xbb\xbftorch==2.8.0\n", 0),
        (b"# caf\xe9\ntorch==2.8.0\n", 4),  # not read, which is said: pip takes UTF-8
        (b"caf\xe9 was here\nand nothing else\n", 3),
    ],
    ids=["byte order mark", "latin-1", "prose in latin-1"],
)
def test_a_list_is_told_by_its_lines_in_any_encoding(tmp_path: Path, data: bytes, code: int) -> None:
    assert check(tmp_path, {"frozen.txt": data}).code == code


def test_gpus_of_one_wheel_share_its_environment(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"requirements.txt": "nvidia-cublas==13.10.0.20\n"}
    ran = check(tmp_path, files, *JSON, "--gpu", "T4", "--gpu", "RTX 5090", gpu="V100")
    text = _help(ran, "wheel-cannot-run")
    assert text.count("nvidia-cublas==13.10.0.20") == 1
    assert "use the package of a CUDA release that serves that GPU: nvidia-cublas-cu12;" in text
