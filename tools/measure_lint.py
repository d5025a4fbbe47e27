"""What `lint` finds in public projects, for each GPU: one line a finding, to be looked at by hand.

    tools/measure_lint.py --gpu "RTX 5070 Ti" --gpu "GTX 1080" FOLDER/*        checkouts, or git directories

Of a git directory the build files of HEAD are written to a folder of their own that is deleted again. Nothing of a
project is run. `--json FILE` keeps the findings for a comparison; the last line counts them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from cudacompat.app.lint import lint
from cudacompat.app.project.files import wanted
from cudacompat.app.project.hidden_flags import may_call_nvcc
from cudacompat.app.project.lookalikes import may_be_looked_at
from cudacompat.app.project.other_lists import is_readme
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.wheels.list_files import may_be_plain_list
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import JitPolicy, Target

_READ = (wanted, may_be_looked_at, may_call_nvcc, may_be_plain_list, is_readme)
_MOST_BYTES = 1 << 20  # of a file that is written out


@contextmanager
def checkout(path: Path) -> Iterator[Path]:
    """Give a folder with the project's build files: the path itself, or, for a git directory, a copy of HEAD's."""
    if not (path / "HEAD").is_file():
        yield path
        return
    with TemporaryDirectory() as folder:
        listing = _git(path, "ls-tree", "-r", "-l", "-z", "HEAD").decode("utf-8", "surrogateescape")
        chosen: list[tuple[str, str]] = []
        for row in filter(None, listing.split("\0")):
            head, _, name = row.partition("\t")
            mode, kind, sha, size = head.split()
            small = kind == "blob" and mode != "120000" and size.isdecimal() and int(size) <= _MOST_BYTES
            if small and any(may_be_read(name) for may_be_read in _READ):
                chosen.append((sha, name))
        blobs = _git(path, "cat-file", "--batch", stdin="".join(f"{sha}\n" for sha, _ in chosen).encode())
        at = 0
        for _, name in chosen:
            end = blobs.index(b"\n", at)
            head = blobs[at:end].split()
            at = end + 1
            if head[-1] == b"missing":  # the largest files of a snapshot may be listed and not be there
                continue
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blobs[at : at + int(head[2])])
            at += int(head[2]) + 1
        yield Path(folder)


def _git(path: Path, *words: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(["git", f"--git-dir={path}", *words], check=True, capture_output=True, input=stdin).stdout


def _commit(path: Path) -> str:
    """The first digits of the commit of a git directory, or nothing."""
    return _git(path, "rev-parse", "--short=10", "HEAD").decode().strip() if (path / "HEAD").is_file() else ""


def target_of(spec: str) -> Target:
    """The GPU of this name, with no driver and the usual JIT."""
    found = resolve(spec)
    return Target(found.id, found.name, found.capability, None, JitPolicy.NORMAL)


def row_of(project: str, root: Path, finding: Finding) -> dict[str, object]:
    """One finding as a row of the JSON file."""
    where = Path(finding.path).relative_to(root).as_posix() if finding.path is not None else None
    return {
        "project": project,
        "id": finding.id,
        "severity": finding.severity.value,
        "path": where,
        "line": finding.line,
        "target": finding.target,
        "message": finding.message,
        "found": finding.found,
    }


def main() -> int:
    """Return 0; what was found is no fault of this program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="+", type=Path)
    parser.add_argument("--gpu", action="append", default=[])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--notes", action="store_true", help="show notes, too")
    given = parser.parse_args()
    targets = tuple(map(target_of, given.gpu))
    rows: list[dict[str, object]] = []
    counts: Counter[str] = Counter()
    for path in given.projects:
        name = path.parent.name if path.name == "repo" else path.name
        begun = time.process_time()
        with checkout(path) as root:
            report = lint(str(root), targets)
            seconds = time.process_time() - begun
            kinds = f", looks like CUDA: {len(report.lookalikes)}" if report.lookalikes else ""
            engines = ", ".join(sorted({use.engine.name for use in report.uses}))
            read = f"{report.files} build files, {len(report.not_read)} not read{kinds}"
            print(f"== {name} {_commit(path)}: {read}; {engines}; {seconds:.1f} s", flush=True)
            for item in report.not_read:
                print(f"   not read  {item.path.removeprefix(str(root))}: {item.why}")
            for finding in report.findings:
                counts[finding.severity.value] += 1
                rows.append(row := row_of(name, root, finding))
                if finding.severity is not Severity.NOTE or given.notes:
                    print(f"   {row['severity']:8}{row['id']}  {row['path']}:{row['line']}  {row['message']}")
                    print(f"           {row['found']}")
    if given.json is not None:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    silent = len(given.projects) - len({row["project"] for row in rows})
    print(f"{len(given.projects)} projects, {silent} without a finding: {dict(sorted(counts.items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
