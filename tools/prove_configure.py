"""Configure an engine's real sources with generated settings and read the compile commands; by hand, not in CI.

    tools/prove_configure.py ENGINE SOURCE [--gpu SPEC]... [--as cmake|env] [--cuda-root DIR] [-- CMAKE OPTION...]

SOURCE is a checkout or an unpacked release of an engine that CMake builds. Nothing is compiled: the generated file is
given to `cmake`, and every CUDA command in compile_commands.json (or, of a project that uses the old FindCUDA module,
the flags that it writes down) has to ask for exactly what the plan says. Prints that, and exits 1 where it differs.

CUDA_ROOT has bin/nvcc and, where the engine links them, cuBLAS and the runtime under lib64; without a driver
`-- -DGGML_CUDA_NO_VMM=ON -DGGML_CUDA_NCCL=OFF` spares ggml the libraries that only come with one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CUDACOMPAT = (sys.executable, "-m", "cudacompat")


def tool(name: str) -> str:
    """The program beside this Python, or of PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        sys.exit(f"no {name} here")
    return found


def asked_of_nvcc(build: Path) -> dict[str, set[str]]:
    """Of each CUDA source, the images that its command asks nvcc for; of FindCUDA's, those of the whole target."""
    found: dict[str, set[str]] = {}
    commands = build / "compile_commands.json"
    for entry in json.loads(commands.read_text()) if commands.is_file() else ():
        if entry["file"].endswith(".cu"):
            found[entry["file"]] = images(shlex.split(entry["command"]))
    for path in build.rglob("*.cu.o*.cmake*"):
        flags = re.search(r"^set\(CUDA_NVCC_FLAGS (.*) ;;", path.read_text(), re.MULTILINE)
        if flags is not None:
            found[path.name] = images(flags[1].split(";"))
    return found


def images(words: list[str]) -> set[str]:
    """sm_80, compute_90 … of the gencode flags in a command."""
    text = " ".join(words)
    codes = re.findall(r"(?:--generate-code|-gencode)[= ]arch=compute_\w+,code=(\[[^]]*\]|\w+)", text)
    return {code for group in codes for code in group.strip("[]").split(",")} | set(re.findall(r"-arch=(\w+)", text))


def main() -> int:
    """0 if every command asks for what was promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine")
    parser.add_argument("source", type=Path)
    parser.add_argument("--gpu", action="append")
    parser.add_argument("--as", dest="output", choices=("cmake", "env"), default="cmake")
    parser.add_argument("--engine-version")
    parser.add_argument("--cuda-root", type=Path, default=Path("/usr/local/cuda"))
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    given, options = parser.parse_args(words[:cut]), words[cut + 1 :]
    nvcc = given.cuda_root / "bin/nvcc"
    release = re.search(r"release (\d+\.\d+)", subprocess.check_output([nvcc, "--version"], text=True))
    if release is None:
        sys.exit(f"{nvcc} does not say its release")
    gpus = [word for spec in given.gpu or ["8.0", "8.9", "12.0"] for word in ("--gpu", spec)]
    version = ["--engine-version", given.engine_version] if given.engine_version else []
    generate = [*CUDACOMPAT, "generate", given.engine, *gpus, *version, "--cuda", release[1]]
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build"
        made = subprocess.run([*generate, "--as", given.output, "-o", folder], cwd=ROOT, text=True)
        if made.returncode:
            return made.returncode
        plan = json.loads(subprocess.check_output([*generate, "--format", "json"], cwd=ROOT))
        promised = {each["target"] for each in plan["arrives"]}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "CMAKE", "NVCC", "SOURCE_DATE"))}
        environment = {**inherited, "PATH": f"{Path(tool('ninja')).parent}{os.pathsep}{os.environ['PATH']}"}
        command = [
            tool("cmake"), "-S", str(given.source), "-B", str(build), "-G", "Ninja",
            f"-DCMAKE_CUDA_COMPILER={nvcc}", f"-DCUDAToolkit_ROOT={given.cuda_root}",
            f"-DCUDA_TOOLKIT_ROOT_DIR={given.cuda_root}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
            "-DCMAKE_BUILD_TYPE=Release", *options,
        ]  # fmt: skip
        if given.output == "cmake":
            command += ["-C", f"{folder}/cudacompat-architectures.cmake"]
        else:
            listed = subprocess.check_output(
                ["sh", "-c", 'set -a; . "$0"; env -0', f"{folder}/cudacompat.env"], text=True, env={}
            )
            variables = (item.partition("=") for item in listed.split("\0") if item)
            environment |= {name: value for name, _, value in variables if name not in ("PWD", "_")}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        got = asked_of_nvcc(build)
        if not got:
            print((done.stdout + done.stderr)[-3000:])
            sys.exit("no CUDA command was written down")
        # A build that links its device code anew (nvlink) asks for PTX that no driver then loads: it is not promised.
        beside = {code for found in got.values() for code in found - promised if code.startswith("compute_")}
        wrong = {file: found for file, found in got.items() if found - beside != promised}
        print(f"{given.engine}, by --as {given.output}: {len(got)} CUDA sources, promised {' '.join(sorted(promised))}")
        for file, found in sorted(wrong.items())[:10]:
            print(f"  {file}: {' '.join(sorted(found)) or 'nothing'}")
        print("every one of them" if not wrong else f"{len(wrong)} ask for something else")
        if beside:
            print(f"and PTX that is not promised: {' '.join(sorted(beside))}")
        return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
