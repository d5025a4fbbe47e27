#!/usr/bin/env python3
"""Asks `check --assemble` and this machine's driver about many PTX texts, and prints where they disagree.

    prove_ptx.py OUT [--without-driver]

Needs cudacompat importable, a ptxas (on PATH, in a CUDA toolkit or in this Python's packages) and a driver, which is
asked with cuModuleLoadData in a process apart. OUT gets ptx_proofs.json: for each text of ptx_texts.py what the product
says (proved, refused or open, its error) and the driver's code. The exit code is 1 where a text is proved and the
driver refuses it, or refused and the driver takes it, or where there are fewer than 200 texts, or fewer than 40 that
do not run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from ptx_texts import cases

from cudacompat.app.inputs.assembling import assembling
from cudacompat.app.inputs.reading import ReadOptions, read
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import ArtifactVerdict, PtxProof, Target

LEAST, LEAST_REFUSED = 200, 40


def write_texts(folder: Path) -> dict[str, Path]:
    """Write every text to a file of its own; return the files by the names of the texts."""
    files: dict[str, Path] = {}
    for case in cases():
        path = folder / (case.name.replace("/", "--") + ".ptx")
        path.write_bytes(case.text)
        files[case.name] = path
    return files


def said_by_product(files: dict[str, Path], target: Target) -> dict[str, dict[str, object]]:
    """What the product says of each text: its code for the driver (0: it loads), `None` where it leaves that open."""
    paths = [str(path) for path in files.values()]
    with assembling((target,), 600.0) as texts:
        found = read(paths, texts.reading(ReadOptions(jobs=1)), kernels=True, gpus=frozenset((target.capability,)))
        proofs = texts.proofs(found)
    verdicts = {artifact.path: judge_artifact(artifact, target, proofs) for artifact in found.artifacts}
    unread = {item.path: item.why for item in found.not_read}
    return {name: _told(verdicts.get(str(path)), unread.get(str(path))) for name, path in files.items()}


def _told(verdict: ArtifactVerdict | None, unread: str | None) -> dict[str, object]:
    if verdict is None:
        return {"outcome": None, "code": None, "proof": None, "said": unread or "nothing to check"}
    module = verdict.modules[0]
    proof = module.assembly
    code = 0 if verdict.outcome.runs else module.cuda_error
    told: dict[str, object] = {"outcome": verdict.outcome.value, "reason": module.reason and module.reason.value}
    is_open = verdict.outcome.value == "undecided" or (proof is not None and proof.proof is PtxProof.OPEN)
    told["code"] = None if is_open else code
    told["proof"] = proof.proof.value if proof is not None else None
    told["ptxas"] = str(proof.ptxas) if proof is not None else None
    told["said"] = (proof.said if proof is not None else None) or unread
    return told


def said_by_driver(files: dict[str, Path]) -> tuple[str, Target, dict[str, int | str | None]]:
    """The GPU's name, the target, and the driver's code for each text (a word where its process broke)."""
    from cudacompat.app.load import gpus_to_ask
    from cudacompat.host.gpus import driver_api
    from cudacompat.host.gpus.driver_api import LoadRequest

    (target, device), *_ = gpus_to_ask(())
    requests = [LoadRequest(str(path), 0, path.stat().st_size, kernels=()) for path in files.values()]
    answers = driver_api.load(requests, device)
    codes = {
        name: answer.load if answer.load is not None else answer.why
        for name, answer in zip(files, answers, strict=True)
    }
    return target.label, target, codes


def main() -> int:
    """Ask both, write the record and print the table of what was said and each disagreement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--without-driver", action="store_true", help="only what the product says, for 9.0")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        files = write_texts(Path(folder))
        target, codes = Target("9.0", None, ComputeCapability(9, 0)), {}
        label = target.label
        if not args.without_driver:
            label, target, codes = said_by_driver(files)
        product = said_by_product(files, target)
    record = {
        "gpu": label,
        "driver": str(target.driver),
        "texts": {n: {**product[n], "driver": codes.get(n)} for n in files},
    }
    (args.out / "ptx_proofs.json").write_text(json.dumps(record, indent=1) + "\n")
    disagreements = []
    groups: Counter[tuple[str, object, object]] = Counter()
    for name, told in product.items():
        groups[name.partition("/")[0], told["proof"] or told["outcome"], codes.get(name)] += 1
        # open verdicts promise nothing; 0 and not 0 are what a person feels, the number is told beside
        if codes and told["code"] is not None and (told["code"] == 0) != (codes[name] == 0):
            disagreements.append(name)
    releases = sorted({str(told["ptxas"]) for told in product.values() if told.get("ptxas")})
    print(f"{label}, driver {target.driver}: {len(files)} texts; ptxas {' '.join(releases)}")
    for (group, said, code), number in sorted(groups.items(), key=str):
        print(f"  {group:8} product: {said!s:10} driver: {code!s:5} {number}")
    for name, told in product.items():
        if name in disagreements:
            print(f"DISAGREE {name}: product {told['code']} ({told['said']}), driver {codes[name]}")
        elif codes and told["code"] is not None and told["code"] != codes[name]:
            print(f"other code {name}: product {told['code']} ({told['said']}), driver {codes[name]}")
        elif told["code"] is None:
            print(f"open {name}: {told['said']}; driver {codes.get(name)}")
    failing = sum(1 for code in codes.values() if code != 0) if codes else LEAST_REFUSED
    print(f"{len(disagreements)} disagreements among {len(files)} texts, {failing} of which the driver refuses")
    return int(bool(disagreements) or len(files) < LEAST or failing < LEAST_REFUSED)


if __name__ == "__main__":
    sys.exit(main())
