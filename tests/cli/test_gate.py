"""`check` as a gate: policy, fleet, baseline and ignores in whole runs; exit codes, documents, one-line errors."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.device_files import library, wheel
from tests.helpers.fits import assert_fits
from tests.helpers.run import Ran, cudacompat, inside

SMI = Path(__file__).parents[1] / "data" / "recorded" / "h200" / "nvidia-smi-q.xml"
GOOD = "sm_86 sm_90 sm_120 compute_120"
WHEEL = "eng-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a wheel of two modules, good for 8.6, 9.0 and 12.0."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "dist").mkdir()
    wheel(tmp_path / "dist" / WHEEL, lib=library(GOOD, GOOD))
    return tmp_path


def policy(project: Path, text: str) -> None:
    """What the project asks for."""
    (project / "pyproject.toml").write_text(f'[project]\nname = "eng"\n\n[tool.cudacompat]\n{text}\n')


def check(project: Path, *arguments: str, env: dict[str, str] | None = None) -> Ran:
    """`cudacompat check dist` in the project."""
    return inside("check", "dist", *arguments, cwd=project, env=env)


def document(ran: Ran) -> Any:
    """The document, valid under its schema."""
    schema = json.loads(resources.files("cudacompat").joinpath("schemas", "check-1.json").read_text())
    assert_fits(ran.json, schema)
    return ran.json


def errors(ran: Ran) -> set[str]:
    """The ids of the errors."""
    return {finding["id"] for finding in document(ran)["findings"] if finding["severity"] == "error"}


def one_line(ran: Ran, says: str) -> None:
    """A usage error in one line."""
    assert (ran.code, ran.out) == (2, ""), ran
    assert ran.err.startswith("cudacompat: error: ")
    assert ran.err.count("\n") == 1
    assert says in ran.err


class TestPolicy:
    def test_one_that_is_met(self, project: Path) -> None:
        policy(project, 'require = ["8.6", "9.0", "12.0"]\nlevel = "native"\nptx = "highest"\nextra = "forbid"\n'
                        'coverage = 1.0\ndriver-floor = "575"\nmax-bytes = "1 MB"\n')  # fmt: skip
        ran = cudacompat("check", "dist", cwd=project)
        assert (ran.code, ran.err) == (0, ""), ran
        assert 'policy: pyproject.toml: require = ["8.6", "9.0", "12.0"], level = "native", ptx = "highest"' in ran.out

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('require = ["8.9", "12.0"]\nlevel = "native"', {"not-native"}),
            ('require = ["8.9", "12.0"]\nnative = ["8.9"]', {"not-native"}),
            ('require = ["8.9", "12.0"]\nnative = ["12.0"]', set()),
            ('require = ["7.5"]', {"no-runnable-code"}),
            ('require = ["12.1"]\nptx = "highest"', {"missing-ptx"}),
            ('require = ["12.1"]\nptx = "any"', set()),
            ('require = ["12.0"]\nptx = "none"', {"unwanted-ptx"}),
            ('require = ["12.0"]\nextra = "forbid"', {"extra-target"}),
            ('require = ["12.0"]\nextra = "warn"', set()),
            ('require = ["12.0"]\nmax-bytes = 100', {"too-big"}),
            ('require = ["12.0"]\nmax-bytes = "1 MB"', set()),
        ],
    )
    def test_each_key(self, project: Path, text: str, expected: set[str]) -> None:
        policy(project, text)
        ran = check(project, "--format", "json")
        assert errors(ran) == expected
        assert ran.code == (1 if expected else 0)

    def test_the_same_as_options(self, project: Path) -> None:
        strict = ("--gpu", "8.9", "--gpu", "12.0", "--native", "8.9", "--ptx", "none", "--extra", "forbid")
        ran = check(project, *strict, "--max-bytes", "100", "--format", "json")
        assert errors(ran) == {"not-native", "unwanted-ptx", "extra-target", "too-big"}

    def test_the_size_is_that_of_the_file_on_the_disk(self, project: Path) -> None:
        size = (project / "dist" / WHEEL).stat().st_size
        assert check(project, "--gpu", "12.0", "--max-bytes", str(size)).code == 0
        ran = check(project, "--gpu", "12.0", "--max-bytes", str(size - 1), "--format", "json")
        assert [(f["id"], f["path"]) for f in ran.json["findings"] if f["severity"] == "error"] == [
            ("too-big", f"dist/{WHEEL}")
        ]

    def test_a_floor_is_an_old_driver(self, project: Path) -> None:
        """compute_120 of ISA 8.8 wants driver 575; under a floor of 570 it does not serve 12.1, which no older driver
        than 575 knows; so the floor is raised for that GPU, and not for another."""
        wheel(project / "dist" / WHEEL, lib=library("compute_80@8.8"))
        assert check(project, "--gpu", "12.1", "--driver-floor", "570").code == 0
        ran = check(project, "--gpu", "12.0", "--driver-floor", "570.26", "--format", "json")
        assert errors(ran) == {"ptx-newer-than-driver"}
        assert ran.json["targets"][0]["driver"] == "570.26"
        assert check(project, "--gpu", "12.0", "--driver-floor", "575").code == 0
        old = check(project, "--gpu", "12.0", "--driver", "570.86", "--driver-floor", "575", "--format", "json")
        assert old.json["targets"][0]["driver"] == "570.86"

    def test_coverage_lets_some_holes_pass(self, project: Path) -> None:
        wheel(project / "dist" / WHEEL, lib=library(*[GOOD] * 3, "sm_86:k2"))
        assert check(project, "--gpu", "12.0").code == 1
        assert check(project, "--gpu", "12.0", "--coverage", "0.75").code == 0
        ran = check(project, "--gpu", "12.0", "--coverage", "0.8", "--format", "json")
        assert errors(ran) == {"low-coverage"}

    def test_options_over_variables_over_the_file(self, project: Path) -> None:
        policy(project, 'require = ["7.5"]\nptx = "none"')
        ran = check(project, "--format", "json", env={"CUDACOMPAT_REQUIRE": "12.0"})
        assert errors(ran) == {"unwanted-ptx"}
        assert {(g["key"], g["origin"]) for g in ran.json["policy"]} == {
            ("require", "CUDACOMPAT_REQUIRE"),
            ("ptx", "pyproject.toml: tool.cudacompat.ptx"),
        }
        assert check(project, "--ptx", "any", "--gpu", "12.0").code == 0
        assert check(project, "--gpu", "12.0", "--no-config").code == 0

    def test_another_file(self, project: Path) -> None:
        (project / "strict.toml").write_text('require = ["7.5"]\n')
        policy(project, 'require = ["12.0"]')
        assert check(project).code == 0
        assert check(project, "--config", "strict.toml").code == 1

    def test_require_stays_what_the_contract_says(self, project: Path) -> None:
        for level, code in (("runs", 0), ("sass", 0), ("native", 1)):
            assert check(project, "--gpu", "8.9", "--require", level).code == code

    @pytest.mark.parametrize(
        ("text", "arguments", "says"),
        [
            ("ptxs = 'any'", (), "pyproject.toml: unknown key tool.cudacompat.ptxs; similar: ptx"),
            ("require = ['12.0']\nnative = ['9.0']", (), "9.0 is not among the required GPUs"),
            ("coverage = 0.5\nholes = 'error'", ("--gpu", "12.0"), 'contradicts holes = "error"'),
            ("require = ['compute_90']\nptx = 'none'", (), "contradicts the required compute_90, which is PTX"),
            ("level = 'native'", ("--gpu", "12.0", "--jit", "forced"), "contradicts the forced JIT"),
            ("", ("--gpu", "12.0", "--coverage", "95"), "--coverage: expected a number from 0 to 1"),
            ("", ("--gpu", "12.0", "--max-bytes", "big"), "--max-bytes: expected a size"),
            ("", ("--gpu", "12.0", "--driver-floor", "x"), "--driver-floor: expected a driver version"),
            ("", ("--gpu", "12.0", "--native", "compute_120"), "--native: expected a list of GPUs"),
            ("", ("--config", "none.toml"), "cannot read none.toml"),
            ("baseline = 'none.lock'", ("--gpu", "12.0"), "create it with check --write-baseline"),
            ("require = ['native']", (), "another GPU on every machine"),
            ("x = '\x1b[31m'", (), "not TOML"),
        ],
    )
    def test_what_is_wrong_is_one_line(self, project: Path, text: str, arguments: tuple[str, ...], says: str) -> None:
        policy(project, text)
        one_line(check(project, *arguments), says)

    def test_a_slip_in_a_variable(self, project: Path) -> None:
        one_line(check(project, "--gpu", "12.0", env={"CUDACOMPAT_MAXBYTES": "1"}), "similar: CUDACOMPAT_MAX_BYTES")


IGNORE = """
[[tool.cudacompat.ignore]]
path = "pkg/lib.so"
rule = "{rule}"
reason = "known upstream"
"""


class TestIgnores:
    def test_one_that_lets_a_finding_pass(self, project: Path) -> None:
        policy(project, 'require = ["12.0", "7.5"]' + IGNORE.format(rule="no-runnable-code"))
        ran = check(project)
        assert ran.code == 0
        assert ran.out.splitlines()[-1].endswith("without device code, 1 suppressed")
        assert "known upstream" not in ran.out
        shown = check(project, "--show-suppressed").out
        assert "suppressed[no-runnable-code]: no code in this file runs on 7.5" in shown
        assert "ignore known upstream" in shown
        (suppressed,) = document(check(project, "--format", "json"))["suppressed"]
        assert (suppressed["by"], suppressed["reason"], suppressed["id"], suppressed["target"]) == (
            "ignore",
            "known upstream",
            "no-runnable-code",
            "7.5",
        )

    def test_one_that_is_over_or_of_no_use_is_told_with_its_line(self, project: Path) -> None:
        policy(
            project,
            'require = ["7.5"]'
            + IGNORE.format(rule="no-runnable-code")
            + "expires = 2026-01-01\n"
            + IGNORE.format(rule="hole"),
        )
        ran = check(project, "--format", "json")
        assert ran.code == 1
        told = {f["id"]: (f["severity"], f["path"], f["line"]) for f in document(ran)["findings"] if f["line"]}
        assert told == {
            "expired-ignore": ("warning", "pyproject.toml", 6),
            "unused-ignore": ("warning", "pyproject.toml", 12),
        }

    def test_what_is_unread_or_undecided_is_not_hidden_by_others(self, project: Path) -> None:
        data = (project / "dist" / WHEEL).read_bytes()
        (project / "dist" / "cut-1.0-py3-none-any.whl").write_bytes(data[:-200])
        others = "".join(
            f'\n[[tool.cudacompat.ignore]]\npath = "*"\nrule = "{rule}"\nreason = "all"\n'
            for rule in ("hole", "no-runnable-code", "undecided", "no-device-code")
        )
        policy(project, f'require = ["12.0"]\n{others}')
        assert check(project).code == 4
        policy(project, 'require = ["12.0"]' + IGNORE.format(rule="not-read").replace("pkg/lib.so", "cut-*.whl"))
        ran = check(project, "--format", "json")
        assert ran.code == 0
        assert [(each["id"], each["by"]) for each in document(ran)["suppressed"]] == [("not-read", "ignore")]


class TestFleet:
    def test_the_gpus_of_a_file_with_their_drivers(self, project: Path) -> None:
        ran = check(project, "--gpus-from", str(SMI), "--format", "json")
        assert ran.code == 0
        assert [(t["id"], t["driver"]) for t in document(ran)["targets"]] == [("NVIDIA H200", "580.159.04")]

    def test_the_oldest_driver_of_the_fleet_decides(self, project: Path) -> None:
        wheel(project / "dist" / WHEEL, lib=library("compute_80@9.0"))
        nodes = [
            {
                "kind": "Node",
                "metadata": {
                    "name": name,
                    "labels": {
                        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
                        "nvidia.com/gpu.compute.major": "9",
                        "nvidia.com/gpu.compute.minor": "0",
                        "nvidia.com/cuda.driver-version.full": driver,
                    },
                },
            }
            for name, driver in (("new", "580.65.06"), ("old", "550.54.15"))
        ]
        (project / "nodes.json").write_text(json.dumps({"kind": "List", "items": nodes}))
        ran = check(project, "--gpus-from", "nodes.json", "--format", "json")
        assert errors(ran) == {"ptx-newer-than-driver"}
        (project / "nodes.json").write_text(json.dumps({"kind": "List", "items": nodes[:1]}))
        assert check(project, "--gpus-from", "nodes.json").code == 0

    def test_in_the_policy_and_beside_gpu(self, project: Path) -> None:
        (project / "ci").mkdir()
        (project / "ci" / "fleet.txt").write_text("8.6  # desks\n9.0\n")
        policy(project, 'gpus-from = "ci/fleet.txt"\nrequire = ["12.0"]')
        targets = [t["id"] for t in document(check(project, "--format", "json"))["targets"]]
        assert targets == ["8.6", "9.0", "12.0"]
        only = check(project, "--gpu", "12.0", "--format", "json")
        assert [t["id"] for t in only.json["targets"]] == ["12.0"]
        both = check(project, "--gpu", "12.0", "--gpus-from", "ci/fleet.txt", "--format", "json")
        assert [t["id"] for t in both.json["targets"]] == ["8.6", "9.0", "12.0"]

    def test_two_files_are_both_judged(self, project: Path) -> None:
        (project / "a").write_text("9.0\n")
        (project / "b").write_text("7.5\n")
        ran = check(project, "--gpus-from", "a", "--gpus-from", "b", "--format", "json")
        assert [t["id"] for t in document(ran)["targets"]] == ["7.5", "9.0"]
        assert [(gpu["gpu"], gpu["file"]) for gpu in ran.json["fleet"]] == [("9.0", "a"), ("7.5", "b")]
        policy(project, 'gpus-from = ["a", "b"]')
        assert [t["id"] for t in document(check(project, "--format", "json"))["targets"]] == ["7.5", "9.0"]

    def test_a_node_that_says_nothing_is_a_row_and_makes_the_run_incomplete(self, project: Path) -> None:
        (project / "nodes").write_text("NodeName=n1 Gres=gpu:h200:8\nNodeName=n2 Gres=gpu:8\n")
        ran = check(project, "--gpus-from", "nodes", "--format", "json")
        assert ran.code == 4
        assert [t["id"] for t in document(ran)["targets"]] == ["h200"]
        assert [item["path"] for item in ran.json["not_read"]] == ["nodes:2 (n2)"]
        linted = inside("lint", ".", "--gpus-from", "nodes", "--format", "json", cwd=project)
        assert [item["path"] for item in linted.json["not_read"]] == ["nodes:2 (n2)"]
        one_line(inside("generate", "cmake", "--gpus-from", "nodes", cwd=project), "a build would omit it")

    def test_pools_are_columns_where_there_are_several(self, project: Path) -> None:
        wheel(project / "dist" / WHEEL, lib=library("sm_90"))
        lines = "NodeName=n1 Partitions=train Gres=gpu:h200:8\nNodeName=n2 Partitions=desks Gres=gpu:t4:8\n"
        (project / "nodes").write_text(lines)
        ran = check(project, "--gpus-from", "nodes")
        at = ran.out.splitlines().index("by node pool")
        assert [line.split() for line in ran.out.splitlines()[at + 1 : at + 3]] == [
            ["desks", "train"],
            [f"dist/{WHEEL}!/pkg/lib.so", "fails", "native"],
        ]
        (project / "nodes").write_text(lines.replace("desks", "train"))
        assert "by node pool" not in check(project, "--gpus-from", "nodes").out

    def test_packages_and_other_processors_are_in_the_table_of_pools(self, project: Path) -> None:
        wheel(project / "dist" / WHEEL, lib=library("sm_90 sm_100"))
        (project / "nodes").write_text(
            "NodeName=n1 Partitions=train Gres=gpu:h200:8\nNodeName=n2 Partitions=grace Gres=gpu:gb200:4\n"
        )
        (project / "requirements.txt").write_text("torch==2.7.1\n")
        ran = check(project, "--gpus-from", "nodes", "requirements.txt", "dist")
        at = ran.out.splitlines().index("by node pool")
        assert [line.split() for line in ran.out.splitlines()[at + 1 : at + 4]] == [
            ["grace", "train"],
            [f"dist/{WHEEL}!/pkg/lib.so", "fails", "native"],
            ["torch", "2.7.1", "no", "device", "code", "native"],
        ]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("# nobody\n", "no GPU in fleet, read as a list of GPUs"),
            ('{"kind": "List", "items": []}', "no GPU in fleet, read as the nodes of a cluster"),
            ("<nvidia_smi_log/>", "no GPU in fleet, read as nvidia-smi's XML"),
            ("RTX 9999", "fleet:1: unknown GPU"),
        ],
    )
    def test_one_without_a_gpu_is_one_line(self, project: Path, text: str, says: str) -> None:
        (project / "fleet").write_text(text)
        one_line(check(project, "--gpus-from", "fleet"), says)


class TestBaseline:
    def write(self, project: Path, *arguments: str) -> Ran:
        return check(project, "--gpu", "12.0", "--write-baseline", *arguments)

    def test_it_is_written_and_compared(self, project: Path) -> None:
        ran = self.write(project)
        assert (ran.code, ran.err) == (0, "cudacompat: wrote cudacompat.lock: 1 artifact\n")
        text = (project / "cudacompat.lock").read_text()
        assert '[artifacts."eng-cp312-cp312-linux_x86_64.whl!/pkg/lib.so"]\nall = { modules = 2, kernels = 2 }' in text
        policy(project, 'baseline = "cudacompat.lock"\nrequire = ["12.0"]')
        assert check(project).code == 0

    def test_the_next_release_that_lost_a_target(self, project: Path) -> None:
        self.write(project)
        (project / "dist" / WHEEL).unlink()
        lesser = "sm_86 sm_120 compute_120"
        wheel(project / "dist" / WHEEL.replace("1.0", "1.1"), lib=library(lesser, lesser, "sm_120 compute_120"))
        ran = check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock", "--format", "json")
        assert errors(ran) == {"lost-since-baseline"}
        text = check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock").out
        assert "compared with the baseline: 1 loss\n" in text
        (found,) = [f for f in ran.json["findings"] if f["id"] == "lost-since-baseline"]
        assert found["found"] == "sm_90 (was in 2 modules)"
        (new,) = [f for f in ran.json["findings"] if f["id"] == "new-since-baseline"]
        assert "sm_120 modules: 2 -> 3" in new["found"]
        assert self.write(project).code == 0
        ran = check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock")
        assert (ran.code, "compared with the baseline: nothing lost" in ran.out) == (0, True)

    def test_a_wheel_without_its_device_code(self, project: Path) -> None:
        other = wheel(project / "dist" / "other-1.0-py3-none-any.whl", lib=library(GOOD))
        self.write(project)
        (project / "dist" / WHEEL).unlink()
        wheel(project / "dist" / WHEEL)  # the same wheel, built for the CPU
        ran = check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock", "--format", "json")
        assert errors(ran) == {"lost-since-baseline"}
        assert other.exists()
        (project / "dist" / WHEEL).unlink()  # not part of this run: noted
        ran = check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock", "--format", "json")
        assert ran.code == 0
        assert [f["severity"] for f in ran.json["findings"] if f["id"] == "lost-since-baseline"] == ["note"]

    def test_of_another_artifact(self, project: Path) -> None:
        self.write(project)
        (project / "dist" / WHEEL).rename(project / "dist" / WHEEL.replace("eng", "other"))
        one_line(
            check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock"),
            "cudacompat.lock is a baseline of other artifacts: other-cp312-",
        )

    def test_it_never_takes_the_place_of_something_else(self, project: Path) -> None:
        before = (project / "dist" / WHEEL).read_bytes()
        one_line(self.write(project, "--baseline", f"dist/{WHEEL}"), "is not a baseline; it was not overwritten")
        assert (project / "dist" / WHEEL).read_bytes() == before
        assert [path.name for path in project.iterdir() if "lock" in path.name] == []

    def test_it_is_not_written_of_what_could_not_be_read(self, project: Path) -> None:
        (project / "dist" / "cut.whl").write_bytes((project / "dist" / WHEEL).read_bytes()[:-200])
        ran = self.write(project)
        assert (ran.code, ran.err) == (4, "cudacompat: baseline not written: 1 not read\n")
        assert not (project / "cudacompat.lock").exists()

    def test_unread_is_not_lost(self, project: Path) -> None:
        wheel(project / "dist" / "other-1.0-py3-none-any.whl", lib=library(GOOD))
        self.write(project)
        path = project / "dist" / WHEEL
        path.write_bytes(path.read_bytes()[:-200])
        ran = check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock")
        assert ran.code == 4, ran.out

    def test_a_damaged_one(self, project: Path) -> None:
        (project / "cudacompat.lock").write_text("version = 1\n[artifacts\n")
        one_line(check(project, "--gpu", "12.0", "--baseline", "cudacompat.lock"), "cudacompat.lock is not a baseline")
