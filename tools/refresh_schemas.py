"""Write the enums of the JSON Schemas from the enums of the code, or compare.

    tools/refresh_schemas.py            write what differs
    tools/refresh_schemas.py --check    write nothing; exit 1 if something differs, or an enum has no row here

Everything else in the schemas is written by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cudacompat.app.explain import line_catalogue  # noqa: E402
from cudacompat.domain.builds.engine_facts import Proof  # noqa: E402
from cudacompat.domain.builds.setting_facts import Channel  # noqa: E402
from cudacompat.domain.builds.steps import StepKind, StepState  # noqa: E402
from cudacompat.domain.compare.diff_report import Change  # noqa: E402
from cudacompat.domain.logs.report import Part  # noqa: E402
from cudacompat.domain.logs.verdict import LogOutcome  # noqa: E402
from cudacompat.domain.machine.troubles import Cause  # noqa: E402
from cudacompat.domain.project.list_places import PlaceState  # noqa: E402
from cudacompat.domain.reports.page import PageKind  # noqa: E402
from cudacompat.domain.rules import all_rules  # noqa: E402
from cudacompat.domain.rules.artifact import IGNORABLE_RULES  # noqa: E402
from cudacompat.domain.rules.lint import LINT_RULES  # noqa: E402
from cudacompat.domain.runs.bench import Variant  # noqa: E402
from cudacompat.domain.runs.evidence import EvidenceSource, Shows  # noqa: E402
from cudacompat.domain.runs.load import Agreement  # noqa: E402
from cudacompat.domain.runs.observation import End  # noqa: E402
from cudacompat.domain.runs.verify import Code, Verdict  # noqa: E402
from cudacompat.domain.wheels.resolved import HowKnown  # noqa: E402
from cudacompat.domain.words.choices import Expect, Extra, Holes, JitPolicy, PtxPolicy, Require  # noqa: E402
from cudacompat.domain.words.code import Compression, FileFormat, Registration  # noqa: E402
from cudacompat.domain.words.finding import Severity  # noqa: E402
from cudacompat.domain.words.target import CodeKind  # noqa: E402
from cudacompat.domain.words.verdict import Basis, Outcome, Reason  # noqa: E402

FOLDER = ROOT / "cudacompat" / "schemas"
RULES = [rule.id for rule in all_rules()]
LINES = [signature.id for signature in line_catalogue().signatures]

# Which ids the findings of a schema may have, stated once in each: those of rules, and of lines where logs are read.
ID = "finding-id"
IDS = {
    **dict.fromkeys(("check-1", "doctor-1", "lint-1", "verify-1"), RULES),
    **{name: [*RULES, *LINES] for name in ("explain-1", "rebuild-1")},
}

# What a place of a schema may hold: a pattern of `file:pointer` (without `properties` and `items`), the first that
# matches. `None`: written by hand, as no enum of the code has these values.
ROWS: tuple[tuple[str, type[Enum] | Iterable[str] | None], ...] = (
    (r".*/severity", Severity),
    (r"explain-1:/verdict.*/outcome", LogOutcome),
    (r".*/outcome", Outcome),
    (r".*/basis", Basis),
    (r".*/jit", JitPolicy),
    (r".*/(verdicts|standing|1|without|runs_on|mapped)/reason", Reason),
    (r".*/change", Change),
    (r"explain-id-1:/kind", PageKind),
    (r"policy-1:/level", Require),
    (r"policy-1:/holes", Holes),
    (r"policy-1:/ptx", PtxPolicy),
    (r"policy-1:/extra", Extra),
    (r"policy-1:/ignore/rule", sorted({rule.id for rule in (*IGNORABLE_RULES, *LINT_RULES)})),
    (r"(generate|rebuild)-1:.*/(arrives|images)/kind", (CodeKind.SASS.value, CodeKind.PTX.value)),
    (r"rebuild-1:/steps/kind", StepKind),
    (r"rebuild-1:/steps/state", StepState),
    (r"generate-1:/places/state", PlaceState),
    (r"(inspect|diff)-1:.*/kind", CodeKind),
    (r"inspect-1:/artifacts/format", FileFormat),
    (r"inspect-1:.*/compression", Compression),
    (r"inspect-1:.*/registration", Registration),
    (r".*/channel", Channel),
    (r"generate-1:.*/require", Require),
    (r"generate-1:/proved/additionalProperties", Proof),
    (r"bench-1:/variants/name", Variant),
    (r"bench-1:/variants/runs/used", Verdict),
    (r"verify-1:/verdict", Verdict),
    (r"verify-1:/evidence/source", EvidenceSource),
    (r"verify-1:/evidence/shows", Shows),
    (r"verify-1:/code", Code),
    (r"verify-1:/expected/level", Expect),
    (r"verify-1:/run/ended", End),
    (r"verify-1:.*/agreement", [each.value for each in Agreement if each is not Agreement.AGREES]),
    (r"explain-1:.*/part", Part),
    (r"facts-1:/troubles/cause", Cause),
    (r"wheels-1:/builds/known|check-1:/packages/known|doctor-1:/check/packages/known", HowKnown),
    (r".*-1:/(findings|fixed|suppressed|matches)/id", None),  # see `IDS`
    (r".*-1:/suppressed/by|diff-1:/not_read/side|verify-1:/mode|explain-1:/target.*/from|facts-1:.*", None),
)


def refreshed(name: str, document: dict[str, Any]) -> list[str]:
    """Put the enums into a schema and return the places with an enum that no row names."""
    unknown = []
    if name in IDS:
        document.setdefault("$defs", {})[ID] = {"enum": sorted(set(IDS[name]))}
    for pointer, node in list(_nodes(document, "")):
        row = next((row for row in ROWS if re.fullmatch(row[0], f"{name}:{pointer}")), None)
        if name in IDS and re.fullmatch(r"/(findings|fixed|suppressed|matches)/id", pointer):
            node.clear()
            node["$ref"] = f"#/$defs/{ID}"
        elif pointer == f"/$defs/{ID}":
            continue
        elif row is None:
            unknown += [f"{name}:{pointer}"] if "enum" in node else []
        elif row[1] is not None and ("enum" in node or _is_text(node)):
            values = [each.value for each in row[1]] if isinstance(row[1], type) else list(row[1])
            nullable = None in node.get("enum", ()) or "null" in node.get("type", ())
            node["enum"] = [*values, None] if nullable else values
    return unknown


def _is_text(node: dict[str, Any]) -> bool:
    kind = node.get("type")
    return kind == "string" or (isinstance(kind, list) and "string" in kind)


def _nodes(node: object, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield pointer, node
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _nodes(value, pointer if key in ("properties", "items") else f"{pointer}/{key}")


def main() -> int:
    """Write or compare; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 for a difference")
    check = parser.parse_args().check
    wrong = 0
    for path in sorted(FOLDER.glob("*.json")):
        before = path.read_text(encoding="utf-8")
        document = json.loads(before)
        unknown = refreshed(path.stem, document)
        after = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for place in unknown:
            print(f"{place}: an enum that no row of this script names")
        if json.loads(before) != document:
            print(f"{path.name}: {'differs from the code' if check else 'written'}")
            if not check:
                path.write_text(after, encoding="utf-8")
        wrong += 1 if unknown or (check and json.loads(before) != document) else 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
