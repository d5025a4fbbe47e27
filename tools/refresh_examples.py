"""Write examples/generated: every kind of file for every engine, as `cudacompat generate` makes it; or compare.

    tools/refresh_examples.py            write what differs, remove what is no longer made
    tools/refresh_examples.py --check    write nothing; exit 1 if something differs

The GPUs are those of the incident. `plan.txt` is what is printed without --as. `matrix` holds what becomes of GPUs that
no single build serves.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cudacompat.app.generate import GenerateRequest, generate  # noqa: E402
from cudacompat.engines import ENGINES  # noqa: E402
from cudacompat.generate.outputs import Matrix, output, reaching  # noqa: E402
from cudacompat.report.formats import write  # noqa: E402

FOLDER = ROOT / "examples/generated"
GPUS = ("RTX 5070 Ti", "8.0", "8.6", "8.9")
APART = ("7.0", "8.6", "11.0")  # no release builds these together
ONE_EACH = frozenset({"candle"})  # its build takes one architecture


def examples() -> dict[str, str]:
    """The text of every file, by its path below the folder."""
    found: dict[str, str] = {}
    for engine in ENGINES:
        specs = GPUS[:1] if engine.name in ONE_EACH else GPUS
        found[f"{engine.name}/plan.txt"] = _plan(engine.name, specs)
        for kind in reaching(engine, None):
            report = generate(engine.name, GenerateRequest(specs=specs, output=kind.name))
            found |= {f"{engine.name}/{kind.name}/{file.name}": file.text for file in report.files}
    found["matrix/plan.txt"] = _plan("cmake", APART)
    for kind in reaching(next(engine for engine in ENGINES if engine.name == "cmake"), None):
        if output(kind.name).matrix is not Matrix.NO:
            report = generate("cmake", GenerateRequest(specs=APART, output=kind.name))
            found |= {f"matrix/{kind.name}/{file.name}": file.text for file in report.files}
    return found


def _plan(engine: str, specs: tuple[str, ...]) -> str:
    page = io.StringIO()
    write(generate(engine, GenerateRequest(specs=specs)), "text", page, "never")
    return page.getvalue()


def main() -> int:
    """0 if the folder holds just these files, or does now."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    wanted = examples()
    there = {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.is_file()}
    differing = [
        name
        for name, text in wanted.items()
        if name not in there or there[name].read_text(encoding="utf-8", errors="replace") != text
    ]
    stale = sorted(set(there) - set(wanted))
    for name in [*differing, *stale]:
        made = "differs" if check else "written"
        print(f"examples/generated/{name}: {'no longer made' if name in stale else made}")
    if check:
        return 1 if differing or stale else 0
    for name in stale:
        there[name].unlink()
    for name in differing:
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], encoding="utf-8")
    for folder in sorted((path for path in FOLDER.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
