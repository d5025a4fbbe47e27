"""An nvcc of a release that no table knows is asked what it builds; no other is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import HostFacts, Missing, ToolkitFacts
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.rules.machine.toolkit_cannot_build import check
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.host.toolchain.toolkit import toolkits, with_targets
from cudacompat.places.roots import Roots
from tests.helpers import toolchain
from tests.helpers.build import target
from tests.helpers.newest import NEWEST_TOOLKIT, NEXT_TOOLKIT

SOURCE = """
#include <stdio.h>
#include <string.h>
const char release[] = "Cuda compilation tools, release RELEASE, V9.9";
int main(int n, char **a) {
    FILE *ran = fopen("RAN", "w"); if (ran) fclose(ran);
    if (n != 2 || strcmp(a[1], "--list-gpu-arch")) return 1;
    puts("compute_80\\ncompute_120\\ncompute_130\\nnot compute_90"); return 0; }
"""


def asked(root: Path, release: ToolkitVersion) -> ToolkitFacts:
    """The one toolkit of a system whose /usr/local/cuda has such an nvcc."""
    source = SOURCE.replace("RELEASE", str(release)).replace("RAN", str(root / "ran"))
    (root / "usr/local/cuda/bin").mkdir(parents=True)
    (root / "n.c").write_text(source)
    toolchain.run("gcc", "n.c", "-o", "usr/local/cuda/bin/nvcc", cwd=root)
    found = with_targets(toolkits(roots=Roots.under(root, {"PATH": str(root / "none")})))
    (toolkit,) = [each for each in found.values if each.path.startswith(str(root))]
    return toolkit


def test_a_release_that_no_table_knows_says_what_it_builds(tmp_path: Path) -> None:
    toolkit = asked(tmp_path, NEXT_TOOLKIT)
    assert (toolkit.version, toolkit.targets) == (NEXT_TOOLKIT, ("80", "120", "130"))


def test_one_that_is_known_is_not_run(tmp_path: Path) -> None:
    assert asked(tmp_path, NEWEST_TOOLKIT).targets == ()
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(("capability", "findings"), [("8.0", 0), ("12.0", 0), ("9.0", 1)])
def test_what_it_says_counts(capability: str, findings: int) -> None:
    missing = Missing("GPU", ())
    toolkit = ToolkitFacts("/usr/local/cuda/bin/nvcc", NEXT_TOOLKIT, True, "PATH", targets=("80", "120"))
    found = list(check(Machine(HostFacts(missing, missing, toolkits=(toolkit,)), (target(capability),))))
    assert [f.message for f in found] == [
        f"CUDA {NEXT_TOOLKIT} cannot build sm_90, for {target(capability).label}"
    ] * findings
