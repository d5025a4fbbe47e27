"""Measure what one CUDA release builds, and write its entry of tools/facts/cuda_releases.json.

    python tools/measure_toolkit.py 13.6                fetch the release's compiler wheels with pip, and measure those
    python tools/measure_toolkit.py 13.6 --nvcc PATH    measure the toolkit that this nvcc belongs to
    python tools/measure_toolkit.py 13.6 --compare      write nothing; say what differs from the entry; exit 1 if so

What nvcc and ptxas say of themselves is written beside what an empty kernel really builds for. What was not run is not
written: a wheel of CUDA 12 has no nvcc, and without a C++ compiler nvcc builds nothing. What an older entry for the
same wheel knows besides (what NVRTC says) is kept.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import fact_files
from tools.fact_files import arch_order

Row = dict[str, Any]

# What the compiler of a release consists of on the package index, by major release; the first gives the version.
WHEELS = {
    11: ("nvidia-cuda-nvcc-cu11",),
    12: ("nvidia-cuda-nvcc-cu12",),
    13: ("nvidia-cuda-nvcc", "nvidia-cuda-crt", "nvidia-nvvm", "nvidia-cuda-runtime"),
}
KERNEL = 'extern "C" __global__ void k() {}\n'
PTX = ".version {isa}\n.target {target}\n.address_size 64\n.visible .entry k() {{ ret; }}\n"


@dataclass(frozen=True)
class Toolkit:
    """The programs and headers of one release, as far as they are there, and where they come from."""

    bin: Path
    include: Path | None
    wheel: str | None = None

    @property
    def ptxas(self) -> Path:
        return self.bin / "ptxas"

    @property
    def nvcc(self) -> Path | None:
        found = self.bin / "nvcc"
        return found if found.is_file() else None


# -- where the programs are


def fetched(release: str, folder: Path) -> Toolkit:
    """The release's wheels, fetched by pip as the user has set it up, unpacked into the folder."""
    first, *companions = WHEELS.get(int(release.split(".")[0]), WHEELS[max(WHEELS)])
    patch = re.search(r"-(\d[\d.]*)-", download(f"{first}=={release}.*", folder).name)
    assert patch is not None
    for companion in companions:
        download(f"{companion}=={release}.*", folder)
    for wheel in sorted(folder.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "unpacked")
    ptxas = next((folder / "unpacked").rglob("bin/ptxas"))
    for program in ptxas.parent.rglob("*"):
        program.chmod(0o755)
    for program in (folder / "unpacked").rglob("cicc"):
        program.chmod(0o755)
    return Toolkit(ptxas.parent, ptxas.parents[1] / "include", f"{first}=={patch[1]}")


def download(requirement: str, folder: Path) -> Path:
    """The newest wheel that the user's pip finds for the requirement."""
    before = set(folder.glob("*.whl"))
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run([*command, "-d", str(folder), requirement], capture_output=True, text=True)
    new = set(folder.glob("*.whl")) - before
    if done.returncode or not new:
        raise SystemExit(f"pip finds no {requirement}:\n{done.stderr.strip()[-2000:]}")
    return new.pop()


def installed(nvcc: Path) -> Toolkit:
    """The toolkit of an nvcc that is there already."""
    programs = nvcc.resolve().parent
    include = programs.parent / "include"
    return Toolkit(programs, include if include.is_dir() else None)


# -- what they say and do


def measured(toolkit: Toolkit, known: set[str], folder: Path) -> Row:
    """The entry of this toolkit. `known` are architectures to try besides those that it names itself."""
    row: Row = {"pypi_wheel": toolkit.wheel} if toolkit.wheel else {}
    row["measured"] = {"on": datetime.date.today().isoformat(), "host": f"{platform.machine()} {platform.system()}"}
    row["programs"] = programs(toolkit)
    row["wheel_has_nvcc_driver"] = toolkit.nvcc is not None
    row |= of_ptxas(toolkit.ptxas, known, folder)
    header = toolkit.include / "crt" / "host_config.h" if toolkit.include else None
    if header and header.is_file():
        row["host_compiler"] = host_limits(header.read_text(encoding="utf-8", errors="replace"))
    if toolkit.nvcc is not None:
        row |= of_nvcc(toolkit.nvcc, row["sm"], folder)
    return row


def programs(toolkit: Toolkit) -> dict[str, str]:
    """The version of each program that tells one."""
    found = {}
    for name in ("nvcc", "ptxas", "fatbinary", "nvlink", "cudafe++"):
        program = toolkit.bin / name
        version = re.search(r"\bV(\d+\.\d+\.\d+)", run(program, "--version").stdout) if program.is_file() else None
        if version:
            found[name] = version[1]
    return found


def of_ptxas(ptxas: Path, known: set[str], folder: Path) -> Row:
    help_text = run(ptxas, "--help").stdout
    named = {
        kind: sorted(set(re.findall(rf"'{kind}_(\d+[af]?)'", help_text)), key=arch_order)
        for kind in ("sm", "compute", "lto")
    }
    default = re.search(r"Default value:\s*'sm_(\d+)'", help_text)
    isa = newest_isa(ptxas, default[1] if default else named["sm"][0], folder)
    numbers = {re.sub("[af]$", "", arch) for arch in (*known, *named["sm"])}
    tried = sorted((f"{number}{suffix}" for number in numbers for suffix in ("", "a", "f")), key=arch_order)
    # PTX for an architecture needs the target itself: plain PTX of an older one would do as well and prove less
    built = [arch for arch in tried if assembles(ptxas, isa, arch, arch, folder)]
    families = {
        family: [arch for arch in built if arch.isdigit() and assembles(ptxas, isa, family, arch, folder)]
        for family in built
        if family.endswith("f")
    }
    row: Row = {**named, "sm": built, "ptxas_help_equals_probe": built == named["sm"], "ptx_isa_max_accepted": isa}
    if default:
        row["default_arch_ptxas"] = f"sm_{default[1]}"
    return row | ({"families": families} if families else {})


def newest_isa(ptxas: Path, arch: str, folder: Path) -> str:
    """The newest PTX ISA version that ptxas reads: it names it when it refuses one that is too new."""
    source = folder / "version.ptx"
    source.write_text(PTX.format(isa="99.0", target=f"sm_{arch}"))
    said = run(ptxas, f"-arch=sm_{arch}", source, "-o", folder / "version.cubin")
    version = re.search(r"current version is '(\d+\.\d+)'", said.stdout + said.stderr)
    if version is None:
        raise SystemExit(f"{ptxas} does not say which PTX it reads: {said.stderr.strip()}")
    return version[1]


def assembles(ptxas: Path, isa: str, target: str, arch: str, folder: Path) -> bool:
    """Whether PTX for a target becomes machine code for an architecture."""
    source, out = folder / "probe.ptx", folder / "probe.cubin"
    out.unlink(missing_ok=True)
    source.write_text(PTX.format(isa=isa, target=f"sm_{target}"))
    return run(ptxas, f"-arch=sm_{arch}", source, "-o", out).returncode == 0 and out.is_file()


def of_nvcc(nvcc: Path, archs: list[str], folder: Path) -> Row:
    source = folder / "kernel.cu"
    source.write_text(KERNEL)
    help_text = run(nvcc, "--help").stdout
    modes = re.search(r"--compress-mode \[([\w,]+)\]", help_text)
    said: Row = {
        "version": run(nvcc, "--version").stdout.strip().splitlines()[-2],
        "list_gpu_arch": run(nvcc, "--list-gpu-arch").stdout.split(),
        "list_gpu_code": run(nvcc, "--list-gpu-code").stdout.split(),
        "arch_all": planned(nvcc, "all", source),
        "arch_all_major": planned(nvcc, "all-major", source),
        "compress_mode": modes[1].split(",") if modes else None,
        "concat_option": "--concat " in help_text,
    }
    row: Row = {"nvcc": said}
    if shutil.which("g++") is None:
        return row
    out = folder / "kernel.ptx"
    if run(nvcc, "-ptx", source, "-o", out).returncode == 0:
        text = out.read_text()
        row["ptx_isa_emitted"] = re.findall(r"^\.version (\d+\.\d+)", text, re.M)[0]
        said["default_ptx"] = re.findall(r"^\.target sm_(\d+)", text, re.M)
    built = {arch: run(nvcc, f"-arch=sm_{arch}", "-cubin", source, "-o", folder / "kernel.cubin") for arch in archs}
    row["built_by_nvcc"] = [arch for arch, done in built.items() if done.returncode == 0]
    row["deprecated_archs_measured"] = [arch for arch, done in built.items() if "deprecated" in done.stderr]
    return row


def planned(nvcc: Path, arch: str, source: Path) -> dict[str, list[str]]:
    """What `-arch=all` and the like would build, from nvcc's dry run."""
    steps = run(nvcc, "--dryrun", f"-arch={arch}", "-c", source).stderr
    found = {"sass": "elf", "ptx": "ptx"}
    return {
        name: sorted(set(re.findall(rf"kind={kind},sm=(\w+)", steps)), key=arch_order) for name, kind in found.items()
    }


def host_limits(header: str) -> Row:
    """The host compilers that crt/host_config.h lets through."""
    # of Clang there are several conditions, for other platforms too; the one for all is the last
    gcc = re.search(r"^#if __GNUC__ > (\d+)", header, re.M)
    clang = re.findall(r"^#if \(__clang_major__ >= (\d+)\)", header, re.M)
    microsoft = re.search(r"^#if _MSC_VER < (\d+) \|\| _MSC_VER >= (\d+)", header, re.M)
    if gcc is None or microsoft is None or not clang:
        raise SystemExit("crt/host_config.h does not have the conditions that this script knows")
    limits: Row = {"gcc_max_major": int(gcc[1]), "clang_max_major": int(clang[-1]) - 1}
    return limits | {"msc_ver_min": int(microsoft[1]), "msc_ver_max_exclusive": int(microsoft[2])}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, errors="replace", timeout=300
    )


# -- the entry


def merged(old: Row, new: Row) -> Row:
    """The new entry; what it does not measure stays from an old one of the same wheel, part by part."""
    if old.get("pypi_wheel") != new.get("pypi_wheel", old.get("pypi_wheel")):
        return new
    together = {**old, **new}
    for part in ("nvcc", "host_compiler"):
        if part in old or part in new:
            together[part] = {**old.get(part, {}), **new.get(part, {})}
    return together


def differences(old: Row, new: Row) -> list[str]:
    """What was measured otherwise, a line each; what only one of the two has is no difference."""
    lines = []
    for key in (key for key in new if key in old and key not in ("measured", "programs")):
        if isinstance(new[key], dict) and isinstance(old[key], dict):
            lines += [f"{key}.{line}" for line in differences(old[key], new[key])]
        elif new[key] != old[key]:
            lines.append(f"{key}: {old[key]} was written, {new[key]} is measured")
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", help="the CUDA release, such as 13.6")
    parser.add_argument("--nvcc", type=Path, help="an nvcc of that release, instead of the package index")
    parser.add_argument("--compare", action="store_true", help="write nothing; exit 1 if the entry says otherwise")
    parser.add_argument("--facts", type=Path, default=fact_files.FOLDER, help="another folder of facts")
    options = parser.parse_args(arguments)
    facts = fact_files.read("cuda_releases", options.facts)
    known = {arch for row in facts["releases"].values() for arch in row["sm"]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        toolkit = installed(options.nvcc) if options.nvcc else fetched(options.release, folder)
        version = programs(toolkit)["ptxas"]
        if not version.startswith(f"{options.release}."):
            raise SystemExit(f"{toolkit.ptxas} is {version}, not of CUDA {options.release}")
        new = measured(toolkit, known, folder)
    old = facts["releases"].get(options.release, {})
    for line in differences(old, new):
        print(f"CUDA {options.release}: {line}")
    if options.compare:
        return 1 if differences(old, new) else 0
    facts["releases"][options.release] = merged(old, new)
    ordered = sorted(facts["releases"].items(), key=lambda item: [int(part) for part in item[0].split(".")])
    facts["releases"] = dict(ordered)
    path = fact_files.write("cuda_releases", facts, options.facts)
    print(f"CUDA {options.release}: measured {version}, written to {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
