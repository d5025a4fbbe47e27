"""Add a CUDA release, or measure it again: facts, tables and a line in CHANGELOG.md, ready for one commit.

    python tools/add_release.py 13.6 [--nvcc PATH]

It measures the release's own compiler (tools/measure_toolkit.py), makes the generated tables anew
(tools/refresh_tables.py) and says in CHANGELOG.md what came with it.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools import fact_files, measure_toolkit, refresh_tables


def line_of(release: str, facts: dict[str, Any]) -> str:
    """What CHANGELOG.md says of a measured release."""
    row = facts["releases"][release]
    known = {arch for version, other in facts["releases"].items() if version != release for arch in other["sm"]}
    new = [f"sm_{arch}" for arch in row["sm"] if arch not in known]
    patch, isa = row["programs"]["ptxas"], row["ptx_isa_max_accepted"]
    return f"- Knows CUDA {release} (measured: {patch}, PTX ISA {isa}, {' '.join(new) or 'no new architecture'})."


def with_line(changelog: str, line: str) -> str:
    """The text with the line at the end of the first release's list, in place of the one about the same CUDA."""
    about = re.match(r"- Knows CUDA [\d.]+ ", line)
    assert about is not None
    kept = [each for each in changelog.splitlines() if not each.startswith(about[0])]
    sections = [index for index, each in enumerate(kept) if each.startswith("## ")]
    end = sections[1] if len(sections) > 1 else len(kept)
    while not kept[end - 1].strip():
        end -= 1
    return "\n".join([*kept[:end], line, *kept[end:]]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", help="the CUDA release, such as 13.6")
    parser.add_argument("--nvcc", help="an nvcc of that release, instead of the package index")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="another checkout to change")
    options = parser.parse_args(arguments)
    facts, data = options.root / "tools/facts", options.root / "cudacompat/domain/tables/data"
    nvcc = ["--nvcc", options.nvcc] if options.nvcc else []
    measure_toolkit.main([options.release, *nvcc, "--facts", str(facts)])
    refresh_tables.main(["--facts", str(facts), "--data", str(data)])
    changelog = options.root / "CHANGELOG.md"
    line = line_of(options.release, fact_files.read("cuda_releases", facts))
    changelog.write_text(with_line(changelog.read_text(encoding="utf-8"), line), encoding="utf-8")
    print(f"CHANGELOG.md: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
