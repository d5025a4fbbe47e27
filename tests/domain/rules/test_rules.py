"""Every rule has what CONTRIBUTING asks of it: a place in the tuple, a page, a case that fires and one that does not,
a line in the changelog."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.explain import explain
from cudacompat.domain import rules
from cudacompat.domain.builds.api_changes import CallingSources
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.judge.artifact import judge_artifact
from cudacompat.domain.judge.compat import judge
from cudacompat.domain.machine.facts import (
    DriverFacts,
    DriverFiles,
    Found,
    GpuDevice,
    HostCompiler,
    HostFacts,
    Missing,
    ToolkitFacts,
)
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.policy.policy import Ignore, Policy
from cudacompat.domain.project.inline_ignores import InlineIgnore, InlineUse
from cudacompat.domain.rules import all_rules, own_rules, rule_called
from cudacompat.domain.rules.artifact import no_device_code, no_runnable_code, unwanted_ptx
from cudacompat.domain.rules.artifact.compiled_later import WheelFacts, wheels_among
from cudacompat.domain.rules.artifact.judged_facts import VerdictFacts
from cudacompat.domain.rules.artifact.other_processor import ForOtherProcessor, for_other_processor
from cudacompat.domain.rules.artifact.policy_facts import ArtifactFacts
from cudacompat.domain.rules.artifact.too_big import SizeFacts
from cudacompat.domain.rules.artifact.unused_any_of import AlternativesFacts
from cudacompat.domain.rules.ignores.policy_ignores import IgnoreUse
from cudacompat.domain.rules.lint import INLINE_RULES
from cudacompat.domain.rules.machine.machine_facts import Machine
from cudacompat.domain.runs.load import ArtifactLoad, ModuleAnswer, compare
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.choices import Extra, PtxPolicy, Require
from cudacompat.domain.words.code import (
    BinaryArtifact,
    DeviceModule,
    FetchedFile,
    FileFormat,
    NotRead,
    ReadResult,
    Registration,
)
from cudacompat.domain.words.paths import ArtifactPath
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import JitPolicy
from cudacompat.domain.words.versions import DriverRelease, ToolkitVersion
from cudacompat.engines.whisper_rs.api import CHANGES
from tests.helpers.build import artifact, image, module, other, target
from tests.helpers.each_row import each_case, each_row
from tests.helpers.newest import NEXT_ISA
from tests.helpers.rule_case import RuleCase

ROOT = Path(__file__).parents[3]
STRAY, RELOCATABLE = Registration.STRAY, Registration.RELOCATABLE
EMPTY: tuple[str, ...] = ()
DEFAULT = module("sm_52", image("compute_52", "8.7"))
NATIVE = Policy(require=Require.NATIVE)
SASS = Policy(require=Require.SASS)


def judged(
    modules: Sequence[DeviceModule],
    capability: str = "12.0",
    policy: Policy | None = None,
    driver: str | None = None,
    jit: JitPolicy = JitPolicy.NORMAL,
) -> VerdictFacts:
    """An artifact of these modules on one target."""
    verdict = judge_artifact(artifact(modules), target(capability, driver, jit))
    assert verdict is not None
    return VerdictFacts(verdict, policy or Policy())


def needing(runtime: int, driver: str) -> VerdictFacts:
    """A file with code for the GPU that needs the CUDA runtime of a release."""
    verdict = judge_artifact(replace(artifact([module("sm_120")]), runtime=runtime), target("12.0", driver))
    assert verdict is not None
    return VerdictFacts(verdict, Policy())


def held(modules: Sequence[DeviceModule], policy: Policy, *capabilities: str) -> ArtifactFacts:
    """An artifact of these modules on several targets."""
    whole = artifact(modules)
    verdicts = [judge_artifact(whole, target(capability)) for capability in capabilities or ("12.0",)]
    return ArtifactFacts(whole, tuple(verdict for verdict in verdicts if verdict is not None), policy)


def machine(facts: HostFacts | None = None, *capabilities: str, **more: Any) -> Machine:
    """A machine with an H200 and driver 580, but for what is said."""
    gpu = GpuDevice(0, "NVIDIA H200", ComputeCapability(9, 0), None, "10de:2335", None)
    base = facts or HostFacts(
        gpus=Found((gpu,), "NVML"), driver=Found(DriverFacts(DriverRelease.parse("580.65.06"), None), "NVML")
    )
    return Machine(replace(base, **more), tuple(target(capability) for capability in capabilities))


def wheel(path: str) -> WheelFacts:
    return wheels_among([f"{path}!/lib.so", f"{path}!/other.so"], [target("12.0")])[0]


def apart(*processors: str) -> ForOtherProcessor:
    """A folder of libraries for these processors; x86-64 alone is refused beside a GB10."""
    files = [replace(artifact([module("sm_120")]), path=f"out/{n}.so", processor=n) for n in processors]
    found = for_other_processor(files, (), [target("12.1")])
    return found[0] if found else ForOtherProcessor("out", 0, ())


def toolkit(version: str) -> tuple[ToolkitFacts, ...]:
    """The one that a plain nvcc runs."""
    return (ToolkitFacts("/usr/local/cuda/bin/nvcc", ToolkitVersion.parse(version), True, "PATH"),)


def gcc(major: int) -> tuple[HostCompiler, ...]:
    """The default host compiler."""
    return (HostCompiler("/usr/bin/gcc", "gcc", f"{major}.1.0", major),)


def use(matched: int, *, expired: bool = False) -> IgnoreUse:
    """How an ignore was used."""
    return IgnoreUse(Ignore("*.so", "hole", "known upstream", expires=date(2026, 1, 31)), expired, matched)


def inline(reason: str) -> InlineUse:
    """An ignore in a file that took one finding out."""
    return InlineUse(InlineIgnore("Dockerfile", 3, ("no-ptx",), reason, (3, 4)), 1, ())


def read(*barren: str) -> ReadResult:
    """What reading gave."""
    return ReadResult((), (), 1, 1, barren)


def read_wheel(processor: str) -> ReadResult:
    """A wheel for Linux on x86-64 with a library for this processor."""
    path = ArtifactPath("dist/a-1-cp312-cp312-manylinux_2_28_x86_64.whl", ("a/lib.so",))
    held = BinaryArtifact(path, FileFormat.ELF, 9, linked=True, modules=(), processor=processor)
    return ReadResult((held,), (), 1, 0, ())


def compared(*, lost: tuple[str, ...] = (), gained: tuple[str, ...] = ()) -> BaselineChange:
    """An artifact beside its baseline."""
    return BaselineChange("lib.so", "build/lib.so", lost, gained, "cudacompat.lock")


def calling(code: str) -> CallingSources:
    """A source that calls whisper-rs."""
    return CallingSources(CHANGES, None, (("src/main.rs", code),))


def loaded(error: int) -> ArtifactLoad:
    """What the driver answered for a module that has the GPU's own code."""
    answer = ModuleAnswer(error, 0 if error else 2)
    compared_ = compare(judge(target("9.0"), module("sm_90")), answer)
    return ArtifactLoad("lib.so", target("9.0"), (compared_,), ())


EVERY = ("sm_80", "sm_86", "sm_90", "sm_120")
NO_GPU = HostFacts(gpus=Missing("GPU", ("NVML",)), driver=Missing("driver", ()))

BEYOND_ASCII = replace(image("compute_90", "8.0"), beyond_ascii=True)

RULE_CASES: tuple[RuleCase, ...] = (
    RuleCase("default-target-only", judged([DEFAULT]), judged([DEFAULT], "5.2")),
    RuleCase("no-runnable-code", judged([module("sm_80")]), judged([module("sm_80")], "8.6")),
    RuleCase(
        "ptx-newer-than-driver",
        judged([module(image("compute_90", str(NEXT_ISA)))], "9.0", driver="580"),
        judged([module(image("compute_90", "9.0"))], "9.0", driver="580"),
    ),
    RuleCase(
        "ptx-invalid", judged([module(image("compute_120", "8.0"))]), judged([module(image("compute_120", "8.7"))])
    ),
    RuleCase(
        "ptx-beyond-ascii",
        judged([module(BEYOND_ASCII)], "9.0", driver="580"),
        judged([module(BEYOND_ASCII)], "9.0", driver="590"),
    ),
    RuleCase(
        "jit-disabled",
        judged([module("compute_80")], jit=JitPolicy.DISABLED),
        judged([module("sm_120", "compute_80")], jit=JitPolicy.DISABLED),
    ),
    RuleCase(
        "phantom-arch",
        judged([module(image("sm_90", kernels=EMPTY), "compute_80"), module("sm_80", registration=RELOCATABLE)], "9.0"),
        judged([module("sm_90", "compute_80")], "9.0"),
    ),
    RuleCase(
        "not-linked",
        judged([module(image("sm_90", kernels=("k9",)), registration=RELOCATABLE)], "9.0"),
        judged([module("sm_90"), module("sm_90", registration=RELOCATABLE)], "9.0"),
    ),
    RuleCase(
        "driver-too-old-for-gpu",
        judged([module("sm_120")], driver="535.183.01"),
        judged([module("sm_120")], driver="570.86.10"),
    ),
    RuleCase(
        "driver-dropped-gpu",
        judged([module("sm_70")], "7.0", driver="610.43.02"),
        judged([module("sm_70")], "7.0", driver="580.178.04"),
    ),
    RuleCase("runtime-needs-driver", needing(13, "570.86.10"), needing(13, "580.65.06")),
    RuleCase("driver-beyond-tables", target("12.0", "700"), target("12.0", "615")),
    RuleCase("hole", judged([module("sm_120"), other("sm_80")]), judged([module("sm_120"), module("sm_120")])),
    RuleCase(
        "low-coverage",
        judged([module("sm_120"), other("sm_80")], policy=Policy(coverage=0.6)),
        judged([module("sm_120"), other("sm_80")], policy=Policy(coverage=0.5)),
    ),
    RuleCase("gap-unclear", judged([module(*EVERY), other("sm_120")], "9.0"), judged([module(*EVERY), other("sm_90")])),
    RuleCase(
        "kernels-by-source",
        judged([module(image("sm_80", kernels=("k1",)), "sm_90")], "8.0"),
        judged([module(image("sm_80", kernels=("k1",)), "sm_90")], "9.0"),
    ),
    RuleCase("jit-only", judged([module("compute_80")], policy=SASS), judged([module("sm_80")], "8.6", policy=SASS)),
    RuleCase(
        "not-native", judged([module("sm_80")], "8.6", policy=NATIVE), judged([module("sm_86")], "8.6", policy=NATIVE)
    ),
    RuleCase("undecided", judged([module(image("sm_120", kernels=None))]), judged([module("sm_120")])),
    RuleCase("arch-specific-only", judged([module("sm_120a")]), judged([module("sm_120a", "compute_80")])),
    RuleCase(
        "other-architecture-kernels",
        judged([module(*EVERY), module("sm_90a")]),
        judged([module(*EVERY), module("sm_90a")], "9.0"),
    ),
    RuleCase(
        "stray-gap",
        judged([module("sm_120"), module("sm_80", registration=STRAY)]),
        judged([module("sm_120"), module("sm_120", registration=STRAY)]),
    ),
    RuleCase(
        "missing-ptx",
        held([module("sm_86", "sm_120", "compute_86")], Policy(ptx=PtxPolicy.HIGHEST), "8.6", "12.0"),
        held([module("sm_86", "sm_120", "compute_86")], Policy(ptx=PtxPolicy.ANY), "8.6", "12.0"),
    ),
    RuleCase(
        "unwanted-ptx",
        held([module("sm_120", "compute_120")], Policy(ptx=PtxPolicy.NONE)),
        held([module("sm_120")], Policy(ptx=PtxPolicy.NONE)),
    ),
    RuleCase(
        "suffix-left-out",
        held([module(replace(image("compute_90a", "8.0"), header_target=image("compute_90").target))], Policy()),
        held([module(image("compute_90a", "8.0"), "compute_90")], Policy()),
    ),
    RuleCase(
        "extra-target",
        held([module("sm_75", "sm_120")], Policy(extra=Extra.FORBID)),
        held([module("sm_75", "sm_120")], Policy(extra=Extra.FORBID), "7.5", "12.0"),
    ),
    RuleCase(
        "too-big", SizeFacts("a.whl", 101, 100, (("sm_120", 50),)), SizeFacts("a.whl", 100, 100, (("sm_120", 50),))
    ),
    RuleCase("unused-any-of", AlternativesFacts(("lib*",), 0, 2), AlternativesFacts(("lib*",), 1, 2)),
    RuleCase("lost-since-baseline", compared(lost=("sm_90",)), compared(gained=("sm_120",))),
    RuleCase("new-since-baseline", compared(gained=("sm_120",)), compared(lost=("sm_90",))),
    RuleCase(
        "framework-pin-fails",
        wheel("dist/torchaudio-2.5.0-cp311-cp311-manylinux1_x86_64.whl"),
        wheel("dist/torchaudio-2.8.0-cp311-cp311-manylinux_2_28_x86_64.whl"),
    ),
    RuleCase("compiled-later", wheel("dist/cupy_cuda12x-13.4.1-cp312-cp312-linux_x86_64.whl"), wheel("a-1.whl")),
    RuleCase("other-processor", apart("x86_64"), apart("aarch64")),
    RuleCase("no-device-code", read("app"), read()),
    RuleCase("mistagged-wheel", read_wheel("aarch64"), read_wheel("x86_64")),
    RuleCase("expired-ignore", use(0, expired=True), use(1)),
    RuleCase("unused-ignore", use(0), use(1)),
    RuleCase("inline-ignore", inline(""), inline("this image is built on the GPU machine")),
    RuleCase("no-gpu", machine(NO_GPU), machine()),
    RuleCase(
        "visible-devices",
        machine(environment=(("CUDA_VISIBLE_DEVICES", "all"),)),
        machine(environment=(("CUDA_VISIBLE_DEVICES", "0,1"),)),
    ),
    RuleCase(
        "cdi-outdated",
        machine(driver_files=DriverFiles(cdi=(("/etc/cdi/nvidia.yaml", "570.86.10"),))),
        machine(driver_files=DriverFiles(cdi=(("/etc/cdi/nvidia.yaml", "580.65.06"),))),
    ),
    RuleCase(
        "compute-mode",
        machine(troubles=(Trouble(Cause.PROHIBITED, "NVML: GPU 0 is in compute mode Prohibited", "0"),)),
        machine(troubles=(Trouble(Cause.PROHIBITED, "NVML: GPU 1 is in compute mode Prohibited", "1"),)),
    ),
    RuleCase(
        "jit-variable",
        machine(environment=(("CUDA_FORCE_PTX_JIT", "1"),)),
        machine(environment=(("CUDA_FORCE_PTX_JIT", "0"),)),
    ),
    RuleCase(
        "toolkit-cannot-build",
        machine(None, "12.0", toolkits=toolkit("12.4")),
        machine(None, "12.0", toolkits=toolkit("12.8")),
    ),
    RuleCase("toolkit-newer-than-driver", machine(toolkits=toolkit("13.2")), machine(toolkits=toolkit("13.0"))),
    RuleCase(
        "host-compiler-too-new",
        machine(toolkits=toolkit("12.8"), compilers=gcc(15)),
        machine(toolkits=toolkit("12.8"), compilers=gcc(13)),
    ),
    RuleCase("api-changed", calling("p.with_gpu(true);"), calling("p.use_gpu(true); // not p.with_gpu(true)")),
    RuleCase("judge-disagrees", loaded(209), loaded(0)),
)

# A pseudo rule: it names what it is given, whatever that is, so nothing keeps it silent.
ALWAYS = {"not-read": NotRead("lib.so", "truncated")}


def every_case() -> list[RuleCase]:
    """Those of this module and of every other test module that has some."""
    found = list(RULE_CASES)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if path.name != Path(__file__).name and re.search(r"^RULE_CASES\b", path.read_text(), re.MULTILINE):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found += importlib.import_module(module).RULE_CASES
    return found


ALL_RULES = all_rules()
RULES = (*own_rules(), *INLINE_RULES)
BY_ID = {rule.id: rule for rule in RULES}


@each_case("case", every_case(), ids=lambda case: case.id)
def test_a_rule_fires_and_stays_silent(case: RuleCase) -> None:
    rule = BY_ID[case.id]
    fired = list(rule.check(case.fires))
    assert fired, "it should have fired"
    assert {finding.id for finding in fired} == {case.id}
    assert all(finding.message and "\n" not in finding.message for finding in fired)
    assert list(rule.check(case.silent)) == []


def test_every_rule_has_a_case() -> None:
    assert set(BY_ID) - {case.id for case in every_case()} - set(ALWAYS) == set()
    for id_, facts in ALWAYS.items():
        assert [finding.id for finding in BY_ID[id_].check(facts)] == [id_]


def test_every_rule_of_the_package_is_in_the_tuple_once() -> None:
    written = [
        value
        for info in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.")
        if not info.ispkg and not info.name.startswith(f"{rules.__name__}.lint.")
        for value in vars(importlib.import_module(info.name)).values()
        if isinstance(value, Rule)
    ]
    assert {rule.id for rule in written} == set(BY_ID)
    assert len(RULES) == len(BY_ID)


def test_a_rule_is_found_by_its_id() -> None:
    assert [rule_called(rule.id) for rule in ALL_RULES] == list(ALL_RULES)
    assert rule_called("no-such-rule") is None
    assert rule_called("../etc/passwd") is None


@each_row("rule", ALL_RULES, lambda rule: rule.id)
def test_every_rule_has_a_page(rule: Rule[Any]) -> None:
    page = explain(rule.id).text
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.title in page
    for heading in ("What it finds:", "Why it matters:", "Example:", "What to do:"):
        assert f"\n{heading}" in page


@each_row("rule", ALL_RULES, lambda rule: rule.id)
def test_every_rule_is_in_the_changelog(rule: Rule[Any]) -> None:
    assert f"`{rule.id}`" in (ROOT / "CHANGELOG.md").read_text()


# -- what the new rules say of the harder cases


def ids(rule_id: str, facts: Any) -> list[str]:
    """Severities of what a rule says."""
    return [finding.severity.value for finding in BY_ID[rule_id].check(facts)]


@each_case(
    ("modules", "policy", "capabilities", "fires"),
    [
        # a or f PTX serves nobody newer
        ([module("sm_120", "compute_120a")], PtxPolicy.ANY, ("12.0",), True),
        ([module("sm_120", "compute_120f")], PtxPolicy.HIGHEST, ("12.0",), True),
        # PTX above the highest leaves the GPUs between out
        ([module("sm_120", "compute_121")], PtxPolicy.HIGHEST, ("12.0",), True),
        # PTX that lacks a kernel, or has none, or was not read
        ([module("sm_120", image("compute_120", "8.7", kernels=("k1",)))], PtxPolicy.HIGHEST, ("12.0",), True),
        ([module("sm_120", image("compute_120", "8.7", kernels=EMPTY))], PtxPolicy.HIGHEST, ("12.0",), True),
        ([module("sm_120", image("compute_120", "8.7", kernels=None))], PtxPolicy.HIGHEST, ("12.0",), True),
        # one module without it
        ([module("sm_120", "compute_120"), module("sm_120")], PtxPolicy.ANY, ("12.0",), True),
        # kernels written for one architecture are left out, but not where there is nothing else
        ([module("sm_120", "sm_90", "compute_120"), module("sm_90a")], PtxPolicy.ANY, ("9.0", "12.0"), False),
        ([module("sm_90a")], PtxPolicy.ANY, ("9.0",), True),
        ([module("sm_120", "compute_120"), module(image("sm_52", kernels=EMPTY))], PtxPolicy.ANY, ("12.0",), False),
    ],
)
def test_missing_ptx(
    modules: list[DeviceModule], policy: PtxPolicy, capabilities: tuple[str, ...], fires: bool
) -> None:
    assert bool(ids("missing-ptx", held(modules, Policy(ptx=policy), *capabilities))) is fires


@each_case(
    ("code", "jit", "has", "lacks"),
    [
        ("sm_86", JitPolicy.FORCED, ("CUDA_FORCE_PTX_JIT", "compute_86 PTX"), "sm_86 to"),
        ("sm_80", JitPolicy.FORCED, ("unset CUDA_FORCE_PTX_JIT",), "does not run"),
        ("sm_75", JitPolicy.FORCED, ("within its major version", "add sm_86"), "unset"),
        ("sm_89", JitPolicy.NORMAL, ("sm_89 code does not run on 8.6",), "unset"),
    ],
)
def test_forced_jit_is_the_cause_where_the_machine_code_fits(
    code: str, jit: JitPolicy, has: tuple[str, ...], lacks: str
) -> None:
    (found,) = no_runnable_code.check(judged([module(code)], "8.6", jit=jit))
    said = f"{found.why} {found.help}"
    assert all(each in said for each in has)
    assert lacks not in said


def test_what_to_build_in_place_of_ptx_has_the_number_of_that_ptx() -> None:
    (found,) = unwanted_ptx.check(held([module("sm_80", "compute_86")], Policy(ptx=PtxPolicy.NONE)))
    assert found.help == "build machine code only (CMake: 86-real; nvcc: code=sm_86)"


def test_unread_ptx_counts_as_ptx_where_none_is_wanted() -> None:
    unread = [module("sm_120", image("compute_120", "8.7", kernels=None))]
    assert ids("unwanted-ptx", held(unread, Policy(ptx=PtxPolicy.NONE)))
    empty = [module("sm_120", image("compute_120", "8.7", kernels=EMPTY))]
    assert not ids("unwanted-ptx", held(empty, Policy(ptx=PtxPolicy.NONE)))


@each_case(
    ("modules", "ptx", "capabilities", "message"),
    [
        ([module("sm_80", "sm_86")], None, ("8.6",), "sm_80"),
        ([module("sm_80")], None, ("8.6",), None),  # it is what serves 8.6
        ([module("sm_80", "sm_86"), module("sm_80")], None, ("8.6",), "sm_80"),  # in one of them nobody needs it
        ([module("sm_90", "sm_90a")], None, ("9.0",), None),
        ([module("sm_120", "compute_75")], None, ("12.0",), None),  # PTX is the ptx key's
        ([module("sm_120", "compute_120", "compute_75")], PtxPolicy.HIGHEST, ("12.0",), "compute_75"),
        ([module("sm_120", image("sm_75", kernels=EMPTY))], None, ("12.0",), None),
        ([module("sm_120", image("sm_75", kernels=None))], None, ("12.0",), None),  # undecided: told elsewhere
    ],
)
def test_extra_target(
    modules: list[DeviceModule], ptx: PtxPolicy | None, capabilities: tuple[str, ...], message: str | None
) -> None:
    facts = held(modules, Policy(extra=Extra.FORBID, ptx=ptx), *capabilities)
    found = [finding.message.rsplit(": ")[-1] for finding in BY_ID["extra-target"].check(facts)]
    assert found == ([message] if message else [])


def test_extra_code_is_a_warning_or_an_error_as_asked() -> None:
    modules = [module("sm_75", "sm_120")]
    assert ids("extra-target", held(modules, Policy(extra=Extra.WARN))) == ["warning"]
    assert ids("extra-target", held(modules, Policy(extra=Extra.FORBID))) == ["error"]
    assert ids("extra-target", held(modules, Policy())) == []


def test_arch_specific_code_is_a_warning_where_there_is_nothing_plain() -> None:
    assert ids("arch-specific-only", judged([module("sm_120a")])) == ["warning"]
    assert ids("arch-specific-only", judged([module("sm_80", "sm_120a")])) == ["note"]
    assert ids("arch-specific-only", judged([module("sm_120f")])) == ["warning"]
    assert ids("arch-specific-only", judged([module("sm_120", "sm_120a")])) == []
    (finding,) = BY_ID["arch-specific-only"].check(judged([module("sm_120a")]))
    assert finding.why is not None
    assert "12.1" in finding.why


@pytest.mark.parametrize(
    ("targets", "help_"),
    [
        (["sm_100f"], "100-virtual"),
        (["sm_100a", "sm_103a"], "100-virtual"),
        (["sm_90a", "sm_100f"], "100-virtual"),
        (["sm_103a"], "103-virtual"),
    ],
)
def test_arch_specific_code_has_one_cure_for_all_gpus_of_a_generation(targets: list[str], help_: str) -> None:
    found = [
        finding
        for gpu in ("10.0", "10.3")
        for finding in BY_ID["arch-specific-only"].check(judged([module(*targets)], gpu))
    ]
    assert len(found) == (1 if targets == ["sm_103a"] else 2)
    assert {finding.help for finding in found} == {f"add plain PTX to it (CMake: {help_})"}
    assert len({finding.why for finding in found}) == 1


def test_the_level_holds_for_what_runs_of_an_artifact_with_holes() -> None:
    """`--holes ignore` lets the holes pass, not the JIT beside them."""
    modules = [module("compute_80"), other("sm_80")]
    assert judged(modules).verdict.outcome.value == "partial"
    assert ids("jit-only", judged(modules, policy=NATIVE)) == ["error"]
    assert ids("jit-only", judged(modules)) == []
    compatible = [module("sm_80"), module("sm_90")]
    assert ids("not-native", judged(compatible, "8.6", policy=NATIVE)) == ["error"]
    lacking = [module(image("compute_80", kernels=("k1",)), "sm_75"), module("sm_120")]
    assert ids("jit-only", judged(lacking, policy=SASS)) == ["error"]


def test_native_for_some_targets_only() -> None:
    policy = Policy(native=(resolve("12.0"),))
    assert ids("jit-only", judged([module("compute_80")], "12.0", policy=policy)) == ["error"]
    assert ids("jit-only", judged([module("compute_80")], "9.0", policy=policy)) == ["note"]


def test_a_suffix_that_is_named_is_what_must_be_there() -> None:
    policy = Policy(native=(resolve("sm_90a"),))
    assert ids("not-native", judged([module("sm_90a")], "9.0", policy=policy)) == []
    assert ids("not-native", judged([module("sm_90")], "9.0", policy=policy)) == ["error"]
    assert ids("not-native", judged([module("sm_90a"), module("sm_90")], "9.0", policy=policy)) == ["error"]


def test_coverage_takes_what_is_undecided_for_running() -> None:
    """It stays undecided, which is said by its own rule; only what surely does not run is held against it."""
    unread = replace(module("sm_120"), damage="cut short")
    assert ids("low-coverage", judged([module("sm_120"), unread], policy=Policy(coverage=1.0))) == []
    assert ids("low-coverage", judged([module("sm_80"), unread], policy=Policy(coverage=0.9))) == ["error"]


def test_what_is_undecided_beside_holes_is_said() -> None:
    unread = replace(module("sm_120"), damage="cut short")
    found = judged([module("sm_80"), unread])
    assert found.verdict.outcome.value == "partial"
    assert ids("undecided", found) == ["warning"]


def test_an_artifact_that_was_not_part_of_the_run_is_noted() -> None:
    absent = replace(compared(), absent=True)
    assert ids("lost-since-baseline", absent) == ["note"]


def test_the_percentage_never_reads_as_the_limit() -> None:
    kernels = tuple(f"k{number}" for number in range(9999))
    whole, hole = module(image("sm_120", kernels=kernels)), module(image("sm_80", kernels=("k",)))
    (finding,) = BY_ID["low-coverage"].check(judged([whole, hole], policy=Policy(coverage=1.0)))
    assert "99.99 %" in finding.message


@pytest.mark.parametrize("driver", ["570.86.10", "535"])
def test_the_driver_alone_is_blamed_where_it_alone_is_at_fault(driver: str) -> None:
    """nvcc's default target is the GPU's own here: nothing of the build is wrong."""
    built = replace(artifact([module("sm_75", image("compute_75", "9.0"))]), runtime=13)
    verdict = judge_artifact(built, target("7.5", driver))
    assert verdict is not None
    found = [f.id for rule in rules.artifact.ARTIFACT_RULES for f in rule.check(VerdictFacts(verdict, Policy()))]
    assert found == ["runtime-needs-driver"]


def test_a_driver_that_does_not_know_the_gpu_is_told_alone() -> None:
    facts = judged([module("sm_120", "compute_120"), other("sm_80")], driver="535")
    assert [f.id for rule in rules.artifact.ARTIFACT_RULES for f in rule.check(facts)] == ["driver-too-old-for-gpu"]


@pytest.mark.parametrize(
    ("gpu", "driver", "id_", "branch"),
    [
        ("7.5", "418", "runtime-needs-driver", "525.60.13"),  # which knows the GPU, and which no table has
        ("7.5", "384", "runtime-needs-driver", "525.60.13"),
        ("10.0", "418", "driver-too-old-for-gpu", "570"),
        ("10.0", "530", "driver-too-old-for-gpu", "570"),
    ],
)
def test_one_driver_that_cures_all_is_told_once(gpu: str, driver: str, id_: str, branch: str) -> None:
    built = replace(artifact([module("sm_75", "sm_100")]), runtime=12)
    verdict = judge_artifact(built, target(gpu, driver))
    assert verdict is not None
    (found,) = (f for rule in rules.artifact.ARTIFACT_RULES for f in rule.check(VerdictFacts(verdict, Policy())))
    assert found.id == id_
    assert f"install driver {branch} or newer" in (found.help or "")


def test_a_name_that_is_no_path_is_said_before_what_its_package_holds() -> None:
    def told(given: str) -> str:
        file = FetchedFile(given, "build-1.0-py3-none-any.whl", 10, travelled=10, release="build==1.0")
        (finding,) = no_device_code.check(replace(read(file.label), fetched=(file,)))
        return finding.message

    assert told("build").startswith("no such file or directory: build; the package of that name")
    assert told("build==1.0") == "contains no CUDA device code"


def test_of_several_wheels_one_without_code_may_need_none() -> None:
    alone = read("a-1-py3-none-any.whl")
    (finding,) = no_device_code.check(alone)
    assert "what the wheel requires may have some" in (finding.help or "")
    (finding,) = no_device_code.check(replace(alone, artifacts=(artifact([module("sm_90")]),)))
    assert "name the directory . in place of its files" in (finding.help or "")
