"""Generated Dockerfiles really built, where buildah and the base images are there; elsewhere tools/prove_image.py is
run by hand.

The small form: the ggml-shaped project for one GPU, and the same with its list sabotaged.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from cudacompat.domain.tables.images import newest_image
from cudacompat.domain.words.versions import ToolkitVersion
from tests.helpers.run import ROOT

CUDA = "13.0"


def require_images() -> None:
    if shutil.which("buildah") is None:
        pytest.skip("no buildah on this machine")
    if os.environ.get("CUDACOMPAT_NO_IMAGES") == "1":
        pytest.skip("CUDACOMPAT_NO_IMAGES=1")
    image = newest_image(ToolkitVersion.parse(CUDA), "ubuntu24.04", ("base", "runtime", "devel"))
    assert image is not None
    command = ["buildah", "--storage-driver", "vfs", "images", "--format", "{{.Name}}:{{.Tag}}"]
    listed = subprocess.run(command, capture_output=True, text=True)
    for flavour in ("devel", "base", "runtime"):
        tag = f"docker.io/{image.tag(flavour, 'ubuntu24.04')}"
        if tag not in listed.stdout.split():
            pytest.skip(f"no image {tag} here: {listed.stderr.strip() or 'not pulled'}")


def proof(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "tools/prove_image.py", "--cuda", CUDA, "--gpu", "8.6", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=900)


def test_the_image_carries_what_was_promised() -> None:
    require_images()
    done = proof()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "promised compute_86 sm_86; carried compute_86 sm_86" in done.stdout


def test_a_list_that_did_not_arrive_stops_the_image_build() -> None:
    require_images()
    done = proof("--sabotage")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the build stopped at the check" in done.stdout
    assert "error[" in done.stdout
