"""Configure an engine's real sources with generated settings and read the compile commands; by hand, not in CI.

    tools/prove_configure.py ENGINE SOURCE [--gpu SPEC]... [--as cmake|env] [--cuda-root DIR] [-- CMAKE OPTION...]
    tools/prove_configure.py ENGINE SOURCE --pip PYTHON [--gpu SPEC]... [--cuda-root DIR] [-- NAME=VALUE...]

SOURCE is a checkout or an unpacked release of an engine that CMake builds. Nothing is compiled: the generated file is
given to `cmake`, and every CUDA command in compile_commands.json (or, of a project that uses the old FindCUDA module,
the flags that it writes down) has to ask for exactly what the plan says. Prints that, and exits 1 where it differs.

With --pip, SOURCE is a Python package whose build runs CMake: its own build backend, which PYTHON has to have, runs
with the generated variables and those behind `--` (CMAKE_ARGS is added to), and is stopped when it turns to building.

CUDA_ROOT has bin/nvcc and, where the engine links them, cuBLAS and the runtime under lib64; without a driver
`-- -DGGML_CUDA_NO_VMM=ON -DGGML_CUDA_NCCL=OFF` spares ggml what only a driver brings.
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


# Stands in for cmake: configures, notes where, and stops at `cmake --build`.
_CMAKE = """#!/bin/sh
if [ "$1" = --build ]; then echo "stopped before the build"; exit 3; fi
build=$PWD previous=
for word; do
  case $previous in -B) build=$word ;; esac
  case $word in -B?*) build=${word#-B} ;; esac
  previous=$word
done
echo "$build" >>"$PROVE_FOLDERS"
exec "$PROVE_CMAKE" "$@"
"""


def variables(file: Path) -> dict[str, str]:
    """What a shell has after reading the env file."""
    listed = subprocess.check_output(["sh", "-c", 'set -a; . "$0"; env -0', file], text=True, env={})
    pairs = (item.partition("=") for item in listed.split("\0") if item)
    return {name: value for name, _, value in pairs if name not in ("PWD", "_")}


def by_pip(source: Path, folder: Path, python: Path, environment: dict[str, str], cuda_root: Path) -> tuple[str, Path]:
    """Run the package's own build up to the end of configuring; what it printed, and where it configured."""
    fake = folder / "bin"
    fake.mkdir()
    (fake / "cmake").write_text(_CMAKE)
    (fake / "cmake").chmod(0o755)
    copy = folder / "source"
    shutil.copytree(source, copy, symlinks=True)
    done = subprocess.run(
        [python.absolute(), "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "-w", folder / "wheels", copy],
        capture_output=True,
        text=True,
        env={
            **environment,
            "PATH": f"{fake}{os.pathsep}{environment['PATH']}",
            "PROVE_CMAKE": tool("cmake"),
            "PROVE_FOLDERS": str(folder / "folders"),
            "CUDACXX": str(cuda_root / "bin/nvcc"),
            "CUDAToolkit_ROOT": str(cuda_root),
            "CMAKE_EXPORT_COMPILE_COMMANDS": "ON",
            "SKBUILD_BUILD_DIR": str(folder / "skbuild"),  # else scikit-build-core takes it away afterwards
        },
    )
    noted = (folder / "folders").read_text().split("\n") if (folder / "folders").is_file() else []
    places = [Path(line) for line in noted if line and (Path(line) / "compile_commands.json").is_file()]
    return done.stdout + done.stderr, places[-1] if places else folder


def main() -> int:
    """0 if every command asks for what was promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine")
    parser.add_argument("source", type=Path)
    parser.add_argument("--gpu", action="append")
    parser.add_argument("--as", dest="output", choices=("cmake", "env"), default="cmake")
    parser.add_argument("--pip", type=Path, metavar="PYTHON")
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
    output = "env" if given.pip is not None else given.output
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder) / "build"
        made = subprocess.run([*generate, "--as", output, "-o", folder], cwd=ROOT, text=True)
        if made.returncode:
            return made.returncode
        plan = json.loads(subprocess.check_output([*generate, "--format", "json"], cwd=ROOT))
        promised = {each["target"] for each in plan["arrives"]}
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "CMAKE", "NVCC", "SOURCE_DATE"))}
        environment = {**inherited, "PATH": f"{Path(tool('ninja')).parent}{os.pathsep}{os.environ['PATH']}"}
        if output == "env":
            environment |= variables(Path(folder) / "cudacompat.env")
        if given.pip is not None:
            more = dict(option.split("=", 1) for option in options)
            if "CMAKE_ARGS" in more and "CMAKE_ARGS" in environment:
                more["CMAKE_ARGS"] = f"{environment['CMAKE_ARGS']} {more['CMAKE_ARGS']}"
            printed, build = by_pip(given.source, Path(folder), given.pip, {**environment, **more}, given.cuda_root)
        else:
            command = [
                tool("cmake"), "-S", str(given.source), "-B", str(build), "-G", "Ninja",
                f"-DCMAKE_CUDA_COMPILER={nvcc}", f"-DCUDAToolkit_ROOT={given.cuda_root}",
                f"-DCUDA_TOOLKIT_ROOT_DIR={given.cuda_root}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON",
                "-DCMAKE_BUILD_TYPE=Release", *options,
                *(["-C", f"{folder}/cudacompat-architectures.cmake"] if output == "cmake" else []),
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            printed = done.stdout + done.stderr
        got = asked_of_nvcc(build)
        if not got:
            print(printed[-3000:])
            sys.exit("no CUDA command was written down")
        # A build that links its device code anew (nvlink) asks for PTX that no driver then loads: it is not promised.
        beside = {code for found in got.values() for code in found - promised if code.startswith("compute_")}
        wrong = {file: found for file, found in got.items() if found - beside != promised}
        print(f"{given.engine}, by --as {output}: {len(got)} CUDA sources, promised {' '.join(sorted(promised))}")
        for file, found in sorted(wrong.items())[:10]:
            print(f"  {file}: {' '.join(sorted(found)) or 'nothing'}")
        print("every one of them" if not wrong else f"{len(wrong)} ask for something else")
        if beside:
            print(f"and PTX that is not promised: {' '.join(sorted(beside))}")
        return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
