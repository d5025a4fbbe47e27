"""Write templates/requirements.txt: one release, with the sha256 of its wheels, of all that cudacompat needs.

    tools/refresh_requirements.py            ask the package index through pip, write the file
    tools/refresh_requirements.py --check    ask nobody; exit 1 if a dependency in pyproject.toml has no fitting pin

The file goes beside what `cudacompat generate` makes, so that an image or a CI job installs just these. pip names the
wheels without installing them, for each Python and system of PLACES. The dependencies' own conditions are evaluated by
the Python that runs this: the oldest one that is supported, on Linux.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "templates/requirements.txt"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLACES = {
    "Linux on x86-64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "Linux on arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "macOS on arm64": ("macosx_14_0_arm64",),
}


def dependencies() -> list[str]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return list(project["dependencies"])


def resolved(python: str, platforms: tuple[str, ...], limits: Path) -> dict[tuple[str, str], set[str]]:
    """The packages, each with its release and the hash of the wheel that pip would take there."""
    number = python.replace(".", "")
    there = [word for each in (*platforms, "any") for word in ("--platform", each)]
    abis = [word for each in (f"cp{number}", "abi3", "none") for word in ("--abi", each)]
    options = ["--dry-run", "--ignore-installed", "--quiet", "--report", "-", "--only-binary=:all:", "--target", "none"]
    command = [sys.executable, "-I", "-m", "pip", "install", *options, "--python-version", python, *there, *abis]
    done = subprocess.run([*command, "-c", limits, *dependencies()], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"pip finds no wheels for Python {python} on {platforms[0]}")
    found: dict[tuple[str, str], set[str]] = {}
    for each in json.loads(done.stdout)["install"]:
        name = canonicalize_name(each["metadata"]["name"])
        digest = each["download_info"]["archive_info"]["hashes"]["sha256"]
        found.setdefault((name, each["metadata"]["version"]), set()).add(digest)
    return found


def text() -> str:
    """The file, as the index has it today. All places get the releases of the first."""
    found: dict[tuple[str, str], set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        limits = Path(folder) / "limits.txt"
        limits.write_text("")
        for platforms in PLACES.values():
            for python in PYTHONS:
                for key, digests in resolved(python, platforms, limits).items():
                    found.setdefault(key, set()).update(digests)
                limits.write_text("".join(f"{name}=={version}\n" for name, version in found))
    lines = [
        "# One release of each package that cudacompat needs, with the sha256 of its wheels for CPython",
        f"# {PYTHONS[0]} to {PYTHONS[-1]} ({', '.join(PLACES)}). Written by tools/refresh_requirements.py.",
    ]
    for name, version in sorted(found):
        digests = sorted(found[name, version])
        lines += [f"{name}=={version} \\", *(f"    --hash=sha256:{each} \\" for each in digests)]
        lines[-1] = lines[-1].removesuffix(" \\")
    return "\n".join(lines) + "\n"


def pins(written: str) -> dict[str, str]:
    """The release of each package in such a file."""
    heads = [line.removesuffix(" \\") for line in written.splitlines() if line and not line.startswith(("#", " "))]
    return dict(head.split("==") for head in heads)


def unmet(written: str) -> list[str]:
    """The dependencies that no pin of the file fulfils."""
    has = pins(written)
    wanted = [Requirement(each) for each in dependencies()]
    return [str(each) for each in wanted if not each.specifier.contains(has.get(canonicalize_name(each.name), "0"))]


def main() -> int:
    """0 if the file is written, or fits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        lacking = unmet(FILE.read_text())
        for each in lacking:
            print(f"{FILE.relative_to(ROOT)}: no pin that fits {each}")
        return 1 if lacking else 0
    FILE.write_text(text())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
