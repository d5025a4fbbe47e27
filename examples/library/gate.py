"""Fail if a library of a directory does not run on every GPU of a list: python gate.py DIRECTORY GPU..."""

from __future__ import annotations

import sys

import cudacompat


def failures(directory: str, gpus: list[str]) -> list[str]:
    """Return a line for each artifact and GPU that fails, for each file that was not read, and for a directory without
    device code."""
    found: list[str] = []
    inspection = cudacompat.inspect_path(directory)
    for artifact in inspection.artifacts:
        for gpu in gpus:
            verdict = cudacompat.judge(artifact, gpu)
            if verdict is not None and not verdict.runs:
                what = verdict.outcome if verdict.starts else "for another processor, fails"
                found.append(f"{artifact.path}: {what} on {verdict.gpu} ({verdict.compute_capability})")
    found += [f"{file.path}: not read: {file.why}" for file in inspection.not_read]
    return found if inspection.artifacts else [*found, f"{directory}: no device code was found"]


def main() -> int:
    """Print the failures and return the exit code: 1 for any, 2 for wrong usage."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        lines = failures(sys.argv[1], sys.argv[2:])
    except cudacompat.CudacompatError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines) or "everything runs")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
