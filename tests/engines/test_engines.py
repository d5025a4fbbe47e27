"""The engines' data: every fact has a source, windows are sound, the plan says what reaches the compiler."""

from __future__ import annotations

import pytest
from packaging.version import Version

from cudacompat.domain.builds.engine import Engine, Window
from cudacompat.domain.builds.plans.plan import RequestedTarget, commands, plan_build
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchSuffix
from cudacompat.engines import ENGINES, find, profiles
from cudacompat.generate.render import OUTPUTS
from tests.helpers.each_row import each_case


def wanted(*archs: str) -> tuple[RequestedTarget, ...]:
    found = []
    for arch in archs:
        suffix = ArchSuffix(arch[-1]) if arch[-1] in "af" else ArchSuffix.NONE
        found.append(RequestedTarget(arch, f"sm_{arch}", int(arch.rstrip("af")), suffix))
    return tuple(found)


def value(engine: str, *archs: str, version: str | None = None, cuda: str | None = None, ptx: bool = True) -> str:
    plan = plan_build(find(engine), wanted(*archs), version=version, cuda=cuda, ptx=ptx)
    (setting,) = [each for each in plan.settings if each.decides]
    return f"{setting.name}={setting.value}"


def test_names_and_aliases_are_unique() -> None:
    names = [name for engine in ENGINES for name in (engine.name, *engine.aliases)]
    assert len(names) == len(set(names))
    assert all(find(name.upper()).name for name in names)


@each_case("engine", ENGINES, ids=lambda engine: engine.name)
def test_every_fact_has_a_source(engine: Engine) -> None:
    facts = (*engine.knobs, *engine.env_knobs, *engine.file_knobs, *engine.fixed, *engine.env_fixed, *engine.file_fixed)
    for fact in (*facts, *engine.dead, *engine.hazards, *engine.rewrites, *engine.caches):
        assert fact.source, fact
    assert engine.source
    assert engine.knobs, "an engine without a knob has nothing to generate"
    assert {output for output, _ in engine.proved} <= {output.name for output in OUTPUTS}


@each_case("engine", ENGINES, ids=lambda engine: engine.name)
def test_windows_are_open_to_the_newest_and_in_order(engine: Engine) -> None:
    assert any(knob.window.holds(None) for knob in engine.knobs)
    for knob in engine.knobs:
        if knob.window.since and knob.window.until:
            assert Version(knob.window.since) < Version(knob.window.until)
    if engine.current:
        newest = Version(engine.current)
        assert engine.knobs_of(newest) == engine.knobs_of(engine.version(None))


def test_a_window() -> None:
    window = Window("1.5.3", "1.7.0")
    held = {text: window.holds(Version(text)) for text in ("1.5.2", "1.5.3", "1.6.2", "1.7.0")}
    assert held == {"1.5.2": False, "1.5.3": True, "1.6.2": True, "1.7.0": False}
    assert not window.holds(None)
    assert Window("1.7.0").holds(None)


@each_case(
    ("engine", "archs", "version", "expected"),
    [
        ("whisper.cpp", ("120",), None, "CMAKE_CUDA_ARCHITECTURES=120-real;90-virtual"),
        ("whisper.cpp", ("120", "80", "89"), None, "CMAKE_CUDA_ARCHITECTURES=80-real;89;120-real"),
        ("whisper.cpp", ("120", "80", "89"), "1.8.2", "CMAKE_CUDA_ARCHITECTURES=80-real;89-real;120"),
        ("whisper.cpp", ("86",), "v1.6.2", "GGML_CUDA_ARCHITECTURES=86"),
        ("whisper.cpp", ("86",), "1.5.3", "GGML_CUDA_ARCHITECTURES=86"),
        (
            "whisper.cpp",
            ("86",),
            "1.5.2",
            "NVCC_APPEND_FLAGS=-gencode=arch=compute_86,code=sm_86 -gencode=arch=compute_86,code=compute_86",
        ),
        ("whisper-rs", ("86",), "0.14.3", "CMAKE_CUDA_ARCHITECTURES=86"),
        ("whisper-rs", ("120",), "0.14.3", "CMAKE_CUDA_ARCHITECTURES=120"),
        ("whisper-rs", ("120",), "0.16.0", "CMAKE_CUDA_ARCHITECTURES=120-real;90-virtual"),
        (
            "whisper-rs",
            ("86",),
            "0.12.1",
            "NVCC_APPEND_FLAGS=-gencode=arch=compute_86,code=sm_86 -gencode=arch=compute_86,code=compute_86",
        ),
        ("cmake", ("90a", "100"), None, "CMAKE_CUDA_ARCHITECTURES=90a-real;100"),
        ("cmake", ("52",), None, "CMAKE_CUDA_ARCHITECTURES=52"),
    ],
)
def test_the_setting_that_decides(engine: str, archs: tuple[str, ...], version: str | None, expected: str) -> None:
    assert value(engine, *archs, version=version) == expected


def test_what_arrives_is_said_after_the_builds_own_rewriting() -> None:
    plan = plan_build(find("whisper.cpp"), wanted("120", "80"))
    assert [str(each) for each in plan.arrives] == ["sm_80", "sm_120a", "compute_80"]
    plan = plan_build(find("whisper.cpp"), wanted("120", "80"), version="1.8.2")
    assert [str(each) for each in plan.arrives] == ["sm_80", "sm_120", "compute_120"]


def test_the_release_is_the_first_that_knows_blackwell_or_the_one_that_can() -> None:
    def chosen(*archs: str) -> str:
        return str(plan_build(find("nvcc"), wanted(*archs)).release.version)

    assert chosen("86") == chosen("120") == chosen("52", "120") == "12.8"
    assert chosen("121") == chosen("120f") == "12.9"
    assert chosen("110") == "13.0"
    assert chosen("107") == "13.4"
    assert chosen("35") == "11.8"


@pytest.mark.parametrize(
    ("archs", "cuda", "said"),
    [
        (("120",), "12.4", "CUDA 12.4 cannot build this list: sm_120 (for 120) is built by CUDA 12.8 and newer"),
        (("70",), "13.0", "CUDA 13.0 cannot build this list: CUDA 12.9 is the last release that builds sm_70 (for 70)"),
        (("70", "110"), None, "no single CUDA release builds all of these: sm_70 needs CUDA 11.7 to 12.9"),
        (("86",), "12.7", "CUDA 12.7 is unknown to this version of cudacompat"),
    ],
)
def test_what_no_release_can_build_is_refused(archs: tuple[str, ...], cuda: str | None, said: str) -> None:
    with pytest.raises(UsageError) as error:
        plan_build(find("cmake"), wanted(*archs), cuda=cuda)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_release_that_cannot_build_what_the_rewriting_asks_for_is_refused() -> None:
    with pytest.raises(UsageError, match="sm_90a"):
        plan_build(find("cmake"), wanted("90a"), cuda="11.8")


def test_the_incident_left_three_variables_that_nothing_reads() -> None:
    for engine, version in (("whisper-rs", "0.14.3"), ("whisper-rs", None), ("whisper.cpp", None)):
        left_out = {each.name for each in plan_build(find(engine), wanted("120"), version=version).left_out}
        assert {"TORCH_CUDA_ARCH_LIST", "CUDA_ARCH_LIST", "GGML_CUDA_COMPUTE_CAPABILITY"} <= left_out


@pytest.mark.parametrize(
    ("engine", "version", "appended"),
    [("whisper-rs", "0.14.3", True), ("whisper-rs", None, False), ("whisper.cpp", None, False)],
)
def test_the_incidents_form(engine: str, version: str | None, appended: bool) -> None:
    from cudacompat.domain.builds.engine import Route

    form = profiles.find("incident")
    plan = plan_build(
        find(engine), wanted("120", "80", "86", "89"), version=version, route=Route.ENVIRONMENT, profile=form
    )
    values = {setting.name: setting.value for setting in plan.settings}
    assert values["CMAKE_CUDA_ARCHITECTURES"] == "120;80;86;89"
    assert values["TORCH_CUDA_ARCH_LIST"] == "12.0;8.0;8.6;8.9"
    assert values["GGML_CUDA_COMPUTE_CAPABILITY"] == "120"
    idle = {setting.name for setting in plan.settings if setting.idle}
    assert {"TORCH_CUDA_ARCH_LIST", "CUDA_ARCH_LIST", "GGML_CUDA_COMPUTE_CAPABILITY"} <= idle
    assert ("CMAKE_CUDA_ARCHITECTURES" in idle) is (engine == "whisper.cpp")
    assert ("NVCC_APPEND_FLAGS" in values) is appended
    if not appended:
        (why,) = [each.why for each in plan.left_out if each.name == "NVCC_APPEND_FLAGS"]
        assert "breaks this build" in why


def test_the_appended_flag_is_harmless_without_a_12x_target() -> None:
    plan = plan_build(find("whisper.cpp"), wanted("86"))
    assert "NVCC_APPEND_FLAGS" not in {each.name for each in plan.left_out}


def test_the_commands_clear_what_hides_the_change_first_and_check_last() -> None:
    lines = commands(plan_build(find("whisper-rs"), wanted("120"), version="0.14.3"))
    assert lines[0] == "cargo clean --release -p whisper-rs-sys"
    assert lines[-1] == "cudacompat check target/release --gpu sm_120 --require native"
    assert any(line.startswith("CMAKE_CUDA_ARCHITECTURES=120 cargo build") for line in lines)


@pytest.mark.parametrize(
    ("number", "cuda", "given"),
    [
        ("103", None, "10.3"),
        ("103", "13.0", "10.0"),
        ("107", "13.4", "10.7"),
        ("107", "13.5", "10.7"),
        ("121", "12.9", "12.1"),
    ],
)
def test_what_vllm_knows_depends_on_the_toolkit(number: str, cuda: str | None, given: str) -> None:
    plan = plan_build(find("vllm"), wanted(number), cuda=cuda)
    assert {each.name: each.value for each in plan.settings}["TORCH_CUDA_ARCH_LIST"] == given
    assert [str(each) for each in plan.arrives] == [f"sm_{given.replace('.', '')}"]
    assert any("with CUDA 13.0 does not know 103" in note for note in plan.notes) is (given == "10.0")


@pytest.mark.parametrize(
    ("engine", "version", "number", "cuda", "word"),
    [("candle", None, "75", None, "bf16"), ("candle", None, "80", None, ""),
     ("whisper-rs", "0.14.3", "86", None, "-march=native"), ("whisper-rs", "0.16.0", "86", None, ""),
     ("vllm", None, "121", "12.9", "12.0a"), ("vllm", None, "121", "13.0", "")],
)  # fmt: skip
def test_what_no_setting_changes_is_said(
    engine: str, version: str | None, number: str, cuda: str | None, word: str
) -> None:
    plan = plan_build(find(engine), wanted(number), version=version, cuda=cuda)
    said = [limit.why for limit in find(engine).limits]
    assert [note for note in plan.notes if note in said] == ([n for n in said if word in n] if word else [])


def test_the_variable_of_reproducible_builds_is_nobodys_switch() -> None:
    """It would take AVX, AVX2, FMA and F16C from the CPU half, not just the building machine's own instructions."""
    from cudacompat.domain.builds.engine import Route

    for engine in ("ggml", "whisper.cpp", "llama.cpp"):
        for route in Route:
            names = {each.name for each in plan_build(find(engine), wanted("120"), route=route).settings}
            assert "SOURCE_DATE_EPOCH" not in names


@each_case(
    ("name", "said", "never"),
    [("Ollama", "generate llama.cpp", "similar:"), ("sglang", "SGL_KERNEL_ENABLE", "generate"),
     ("xgboost", "generate cmake", "similar:"), ("lightgbm", "CUDA 13 has no 6.0", "generate"),
     ("colmap", "generate cmake", "similar:"), ("xformers", "generate torch-extension", "similar:"),
     ("flibbert", "known ways of building: cmake", "similar:"),
     ("cupi", "similar: cupy", "known ways")],
)  # fmt: skip
def test_a_project_without_a_plan_is_told_its_nearest_way(name: str, said: str, never: str) -> None:
    with pytest.raises(UsageError) as refused:
        find(name)
    assert said in str(refused.value)
    assert never not in str(refused.value)


def test_every_hint_leads_to_an_engine_that_is_known() -> None:
    from cudacompat.engines.by_demand import HINTS

    assert {each.nearest for each in HINTS} - {None} <= {each.name for each in ENGINES}
    names = [name for each in HINTS for name in each.names]
    assert len(names) == len(set(names))
    assert all(each.source for each in HINTS)


def test_an_unknown_engine_names_its_neighbours() -> None:
    with pytest.raises(UsageError, match=r"similar: whisper\.cpp"):
        find("wisper")
    with pytest.raises(UsageError, match=r"known ways of building: cmake"):
        find("ENGINE")
