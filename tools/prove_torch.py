"""Build a real PyTorch extension with generated settings and look at what it carries; by hand, not in CI.

    tools/prove_torch.py --python PYTHON [--cuda-root DIR] [--gpu SPEC]...

PYTHON is that of an environment with a CUDA build of PyTorch, setuptools and ninja; CUDA_ROOT has bin/nvcc, include and
libcudart.so under lib64, of the major release that PyTorch was built with. No GPU is needed. Generates the env file,
builds tests/projects/torch-extension with its variables, and compares the extension with what the plan promised.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CUDACOMPAT = (sys.executable, "-m", "cudacompat")


def main() -> int:
    """0 if the extension carries exactly what was promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--cuda-root", type=Path, default=Path("/usr/local/cuda"))
    parser.add_argument("--gpu", action="append")
    given = parser.parse_args()
    release = re.search(
        r"release (\d+\.\d+)", subprocess.check_output([given.cuda_root / "bin/nvcc", "--version"], text=True)
    )
    if release is None:
        sys.exit("nvcc does not say its release")
    gpus = [word for spec in given.gpu or ["8.0", "8.9", "12.0"] for word in ("--gpu", spec)]
    generate = [*CUDACOMPAT, "generate", "torch-extension", *gpus, "--cuda", release[1]]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        shutil.copytree(ROOT / "tests/projects/torch-extension", source)
        subprocess.run([*generate, "--as", "env", "-o", folder], cwd=ROOT, check=True)
        plan = json.loads(subprocess.check_output([*generate, "--format", "json"], cwd=ROOT))
        promised = {each["target"] for each in plan["arrives"]}
        python = given.python.absolute()  # resolved, it would be another one, outside the environment
        script = 'set -a; . "$0"; set +a; exec "$@"'
        done = subprocess.run(
            ["sh", "-c", script, f"{folder}/cudacompat.env", python, "setup.py", "build"],
            cwd=source,
            env={**os.environ, "CUDA_HOME": str(given.cuda_root), "PATH": f"{python.parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            sys.exit((done.stdout + done.stderr)[-4000:])
        (library,) = source.glob("build/lib*/scale*.so")
        found = json.loads(subprocess.check_output([*CUDACOMPAT, "inspect", library, "--format", "json"], cwd=ROOT))
        got = {each["target"] for artifact in found["artifacts"] for each in artifact["summary"]["targets"]}
        print(f"promised {' '.join(sorted(promised))}; the extension carries {' '.join(sorted(got))}")
        return 0 if got == promised else 1


if __name__ == "__main__":
    raise SystemExit(main())
