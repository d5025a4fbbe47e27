"""A pin that an index lacks is on the index that its own local version names."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.each_row import each_case
from tests.helpers.run import inside

WHL = "https://download.pytorch.org/whl"
NEWER = f'pip install "torch>=2.7" --index-url {WHL}/cu128'


def _help(folder: Path, text: str, *options: str) -> str:
    (folder / "b.log").write_text(text)
    (found,) = inside("explain", "b.log", *options, "--format", "json", cwd=folder).json["findings"]
    return str(found["help"])


@each_case(
    ("pin", "versions", "command"),
    [
        ("torch==2.5.1+cu124", "2.6.0, 2.7.0", f"pip install torch==2.5.1+cu124 --index-url {WHL}/cu124"),
        ("torch==2.4.1+cu121", "2.2.0", f"pip install torch==2.4.1+cu121 --index-url {WHL}/cu121"),
        ("torch==1.12.1+cu113", "2.2.0", f"pip install torch==1.12.1+cu113 --index-url {WHL}/cu113"),
        ("torchvision==0.20.1+cu124", "0.1", f"pip install torchvision==0.20.1+cu124 --index-url {WHL}/cu124"),
        ("torch==2.5.1+cu128", "2.6.0", NEWER),  # that index begins with 2.7
        ("torchvision==0.20.1+cu128", "0.1", NEWER),  # which goes with torch 2.5.1
        ("torch==2.5.9+cu124", "2.6.0", NEWER),  # no such release
        ("torch==2.5.1+cu124", "2.6.0+cu124", NEWER),  # that index was asked
        ("torch==2.5.1", "2.6.0", NEWER),
        ("torch==2.5.1+cu124.mine", "2.6.0", NEWER),
    ],
)
def test_the_index_of_the_local_version(tmp_path: Path, pin: str, versions: str, command: str) -> None:
    text = (
        f"ERROR: Could not find a version that satisfies the requirement {pin} (from versions: {versions})\n"
        f"ERROR: No matching distribution found for {pin}\n"
    )
    assert _help(tmp_path, text).splitlines()[-1] == command


@each_case("pin", ["torch==2.5.1+cu124", "torchvision==0.20.1+cu124"])
def test_a_build_that_does_not_run_on_the_gpu_is_not_fetched(tmp_path: Path, pin: str) -> None:
    text = f"ERROR: No matching distribution found for {pin}\n"
    assert f"{WHL}/cu124" in _help(tmp_path, text, "--gpu", "RTX 3090")
    found = _help(tmp_path, text, "--gpu", "RTX 5090")
    assert f"{pin.replace('==', ' ')} does not run on RTX 5090" in found
    assert "/cu124" not in found
    assert "pip install" in found
