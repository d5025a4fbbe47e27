#!/usr/bin/env python3
"""Puts what was built and what was recorded together as the test data of the loading rules.

    collect_truth.py BUILT RECORDED…

BUILT is the folder of build_cases.py, RECORDED the one of run_cases.py; several are one machine's records of
different cases, the last one counts. Cases that none of them holds are left out. Writes tests/data/h200/cases.zip (the
files, as they were run), tests/data/h200/truth.json (what is in them and what the driver did) and what the
machine says of itself to tests/data/recorded/h200/.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import zipfile
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
ALIKE = {
    "eager": "default",
    "jit-disabled-by-CUDA_DISABLE_JIT": "jit-disabled",
    "jit-forced-by-CUDA_FORCE_JIT": "jit-forced",
    "jit-disabled-and-forced": "jit-disabled",
}
ABOUT = (
    "kernels: name -> [error, value]; error is the driver's code (of programs: the runtime's), 0 for "
    "success. value // 1000 is the target that the code was made for which ran, value // 10 % 100 the tag "
    "of its image (of units that nvcc compiled: the number of the unit). load: what cuModuleLoadData "
    "answered. broke: the process that asked did not survive; other_way_broke: cuModuleLoadData answered, "
    "another way of loading did not survive. A mode of 'alike' is listed in a case only where it answers "
    "otherwise than the mode it names."
)


def told(result: dict[str, object]) -> dict[str, object]:
    """One result, in the words of truth.json."""
    # cuModuleLoadData had answered before
    if "kernels" in result and str(result.get("broke")).startswith("the process ended"):
        result = dict(result)
        result["other_way_broke"] = result.pop("broke")
    return result


def without_log(result: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in result.items() if key not in ("log", "other_way_broke")}


def truth_of(case: dict[str, object], data: bytes, results: dict[str, dict[str, object]]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for mode, result in results.items():
        base = results.get(ALIKE.get(mode, ""))
        if base is None or without_log(told(result)) != without_log(told(base)):
            kept[mode] = told(result)
    return case | {"sha256": hashlib.sha256(data).hexdigest(), "results": kept}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("built", type=Path)
    parser.add_argument("recorded", type=Path, nargs="+")
    args = parser.parse_args()
    cases = json.loads((args.built / "cases.json").read_text())["cases"]
    records = [json.loads((folder / "results.json").read_text()) for folder in args.recorded]
    record = records[-1]
    results: dict[str, dict[str, dict[str, object]]] = {}
    errors: dict[str, str] = {}
    for one in records:
        results |= one["results"]
        errors |= one["errors"]
        if one["machine"]["driver"] != record["machine"]["driver"] or one["modes"] != record["modes"]:
            raise SystemExit("these records are not of one machine and the same modes")
    left_out = [case["id"] for case in cases if case["id"] not in results]
    if left_out:
        print(f"no record of {', '.join(left_out)}")
        cases = [case for case in cases if case["id"] in results]

    home = DATA / "h200"
    home.mkdir(parents=True, exist_ok=True)
    rows = []
    with zipfile.ZipFile(home / "cases.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for case in cases:
            data = (args.built / "cases" / case["file"]).read_bytes()
            entry = zipfile.ZipInfo(case["file"], (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if case["group"] == "program" else 0o644) << 16
            archive.writestr(entry, data)
            rows.append(truth_of(case, data, results[case["id"]]))
    head = {
        "about": ABOUT,
        "machine": record["machine"],
        "modes": record["modes"],
        "alike": ALIKE,
        "errors": dict(sorted(errors.items(), key=lambda error: int(error[0]))),
    }
    lines = ",\n".join(json.dumps(row) for row in rows)
    text = json.dumps(head, indent=1)[:-2] + f',\n "cases": [\n{lines}\n]\n}}\n'
    json.loads(text)
    (home / "truth.json").write_text(text)

    spoken = DATA / "recorded" / "h200"
    spoken.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.recorded[0].iterdir()):
        if path.name != "results.json":
            shutil.copyfile(path, spoken / path.name)


if __name__ == "__main__":
    main()
