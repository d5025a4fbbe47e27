"""From what was seen of a run to a verdict: case by case, and the record of a real GPU played back."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat import engines
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.reports.verify import VerifyReport
from cudacompat.domain.runs.evidence import Shows, memory_size
from cudacompat.domain.runs.observation import (
    DeviceUse,
    End,
    Ended,
    Health,
    JitCache,
    JudgedFile,
    LogView,
    MappedFile,
    Observation,
    ProcessView,
)
from cudacompat.domain.runs.sign_table import SIGNS as GENERAL_SIGNS
from cudacompat.domain.runs.signs import SeenSign, SignMeaning
from cudacompat.domain.runs.verified import Verified
from cudacompat.domain.runs.verify import Code, Decision, Expect, Verdict, decide
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.verdict import Outcome
from tests.helpers.each_row import each_case
from tests.helpers.rule_case import RuleCase

H200 = ComputeCapability(9, 0)
SIGNS = (*engines.run_signs(), *GENERAL_SIGNS)
IDLE, CONTEXT = 644939776, 543162368
DATA = Path(__file__).parents[2] / "data" / "h200"

NO_LOG = LogView(0, 0)
VIEW = ProcessView(samples=40, processes=1, libcuda=True, with_libcuda_s=2.0, jit_compiler=False, devices=(0,))
UNTOUCHED = JitCache("/home/u/.nv/ComputeCache", cold=False, enabled=True, before=(9, 9000), after=(9, 9000), opened=0)
NATIVE = JudgedFile("/opt/libggml-cuda.so", "H200 (9.0)", Outcome.NATIVE, ((Outcome.NATIVE, 141),))
PTX_ONLY = JudgedFile("/opt/libggml-cuda.so", "H200 (9.0)", Outcome.JIT, ((Outcome.JIT, 141),))
BOTH = JudgedFile("/opt/lib.so", "H200 (9.0)", Outcome.JIT, ((Outcome.JIT, 1), (Outcome.NATIVE, 9)))
LOWER = JudgedFile("/opt/lib.so", "RTX A6000 (8.6)", Outcome.COMPATIBLE, ((Outcome.COMPATIBLE, 9),))
CUBLAS = replace(NATIVE, path="/opt/libcublas.so.13.1.0.3", vendors=True)
CUFILE = replace(PTX_ONLY, path="/opt/libcufile.so.0")
FAILS = JudgedFile("/opt/lib.so", "H200 (9.0)", Outcome.FAILS, ((Outcome.FAILS, 9),))


def use(own: int | None = None, *, rose: int | None = None, fell: bool = True, busy: int = 0, **more: Any) -> DeviceUse:
    """GPU 0, with what the command held there."""
    peak = IDLE + (rose if rose is not None else own or 0)
    return DeviceUse(0, "NVIDIA H200", H200, IDLE, peak, IDLE if fell else peak, busy, own, **more)


def signs(*ids: str) -> LogView:
    """A log with these signs, one a line."""
    by_id = {sign.id: sign for sign in SIGNS}
    return LogView(len(ids), 100, tuple(SeenSign(by_id[id_], n, id_, 1) for n, id_ in enumerate(ids, 1)))


def seen(**changes: Any) -> Observation:
    """A run on an H200 with its own code, all of it seen, but for what is said."""
    base = Observation(
        command=("./whisper-cli",),
        log=NO_LOG,
        ended=Ended(End.EXITED, 3.0, 0),
        devices=(use(CONTEXT + (200 << 20), busy=60),),
        view=VIEW,
        cache=UNTOUCHED,
        judged=(NATIVE,),
        lists_processes=True,
        bare_context=CONTEXT,
    )
    return replace(base, **changes)


NO_GPU_USED = {"devices": (use(),), "judged": ()}
CPU_ONLY = {**NO_GPU_USED, "view": replace(VIEW, libcuda=False, with_libcuda_s=0.0, devices=())}
COLD = replace(UNTOUCHED, cold=True, before=(0, 0), after=(0, 0))
GREW = replace(UNTOUCHED, after=(10, 9999))

CASES: list[tuple[str, Observation, Verdict, Code]] = [
    ("its own code", seen(), Verdict.GPU, Code.NATIVE),
    ("code of a lower minor", seen(judged=(LOWER,)), Verdict.GPU, Code.COMPATIBLE),
    ("its own and lower", seen(judged=(LOWER, NATIVE)), Verdict.GPU, Code.COMPATIBLE),
    # the JIT
    ("the compiler was mapped", seen(view=replace(VIEW, jit_compiler=True)), Verdict.GPU_JIT, Code.JIT),
    ("the cache grew", seen(cache=GREW), Verdict.GPU_JIT, Code.JIT),
    ("the cache was read", seen(cache=replace(UNTOUCHED, opened=2)), Verdict.GPU_JIT, Code.JIT),
    ("an empty cache filled", seen(cache=replace(COLD, after=(2, 3763))), Verdict.GPU_JIT, Code.JIT),
    ("nothing but PTX fits", seen(judged=(PTX_ONLY,)), Verdict.GPU_JIT, Code.JIT),
    ("PTX in it, none used", seen(judged=(BOTH,)), Verdict.GPU, Code.NATIVE),
    ("PTX in it, none used, cold", seen(judged=(BOTH,), cache=COLD), Verdict.GPU, Code.NATIVE),
    # a library with PTX only beside cuBLAS: a server that has loaded its model and computed nothing yet
    ("PTX that was not compiled yet", seen(judged=(PTX_ONLY, CUBLAS)), Verdict.GPU, Code.UNKNOWN),
    ("the same, cold", seen(judged=(CUBLAS, PTX_ONLY), cache=COLD), Verdict.GPU, Code.UNKNOWN),
    ("cuFile's PTX waits in every PyTorch", seen(judged=(NATIVE, CUFILE)), Verdict.GPU, Code.NATIVE),
    ("cuFile's PTX, compiled", seen(judged=(NATIVE, CUFILE), cache=GREW), Verdict.GPU_JIT, Code.JIT),
    # whether PTX was used could not be seen
    ("cache not watched", seen(judged=(BOTH,), cache=replace(UNTOUCHED, opened=None)), Verdict.GPU, Code.UNKNOWN),
    ("cache off", seen(judged=(BOTH,), cache=replace(UNTOUCHED, enabled=False)), Verdict.GPU, Code.UNKNOWN),
    ("no cache seen", seen(judged=(BOTH,), cache=None), Verdict.GPU, Code.UNKNOWN),
    ("no cache seen, no PTX there", seen(cache=None), Verdict.GPU, Code.NATIVE),
    ("the cache grew, by whom was not seen", seen(view=None, cache=GREW), Verdict.GPU, Code.UNKNOWN),
    ("no files judged", seen(judged=()), Verdict.GPU, Code.MACHINE_CODE),
    ("no files judged, no cache seen", seen(judged=(), cache=None), Verdict.GPU, Code.UNKNOWN),
    # its kernels for another GPU, beside cuBLAS: a server that has loaded its model, or calls that nobody checks
    ("only files that cannot run", seen(judged=(FAILS,)), Verdict.GPU, Code.UNKNOWN),
    ("files that cannot run beside NVIDIA's", seen(judged=(FAILS, CUBLAS)), Verdict.GPU, Code.UNKNOWN),
    ("those, cold", seen(judged=(CUBLAS, FAILS), cache=COLD), Verdict.GPU, Code.UNKNOWN),
    ("those, no cache seen", seen(judged=(CUBLAS, FAILS), cache=None), Verdict.GPU, Code.UNKNOWN),
    ("one that cannot run beside one that does", seen(judged=(FAILS, NATIVE, CUBLAS)), Verdict.GPU, Code.NATIVE),
    ("NVIDIA's for other GPUs", seen(judged=(NATIVE, replace(FAILS, vendors=True))), Verdict.GPU, Code.NATIVE),
    ("another user's process", seen(judged=(BOTH,), view=replace(VIEW, unreadable=True)), Verdict.GPU, Code.UNKNOWN),
    # what shows that work was done
    ("a bare context", seen(devices=(use(CONTEXT),)), Verdict.UNDECIDED, Code.UNKNOWN),
    ("a bare context, busy", seen(devices=(use(CONTEXT, busy=40),)), Verdict.GPU, Code.NATIVE),
    ("busy with others'", seen(devices=(use(CONTEXT, busy=40, others=True),)), Verdict.UNDECIDED, Code.UNKNOWN),
    ("idle noise is not busy", seen(devices=(use(CONTEXT, busy=3),)), Verdict.UNDECIDED, Code.UNKNOWN),
    ("held, context unknown", seen(bare_context=None, devices=(use(2 << 30),)), Verdict.UNDECIDED, Code.UNKNOWN),
    (
        "its output shows the work",
        seen(devices=(use(CONTEXT),), log=signs("whisper-cuda-backend")),
        Verdict.GPU,
        Code.NATIVE,
    ),
    # no list of processes, as in a container
    (
        "memory came and went",
        seen(lists_processes=False, devices=(use(rose=CONTEXT + (200 << 20)),)),
        Verdict.GPU,
        Code.NATIVE,
    ),
    (
        "memory came and stayed",
        seen(lists_processes=False, devices=(use(rose=CONTEXT + (200 << 20), fell=False),)),
        Verdict.UNDECIDED,
        Code.UNKNOWN,
    ),
    (
        "another GPU's memory",
        seen(lists_processes=False, view=replace(VIEW, devices=(1,)), devices=(use(rose=2 << 30),)),
        Verdict.UNDECIDED,
        Code.UNKNOWN,
    ),
    ("hidden, and nothing rose", seen(lists_processes=False, devices=(use(),)), Verdict.UNDECIDED, Code.UNKNOWN),
    # the CPU
    ("no driver", seen(driver=False, **CPU_ONLY), Verdict.CPU_FALLBACK, Code.NONE),
    ("libcuda never loaded", seen(**CPU_ONLY), Verdict.CPU_FALLBACK, Code.NONE),
    ("loaded, no context", seen(**NO_GPU_USED), Verdict.CPU_FALLBACK, Code.NONE),
    (
        "loaded, no context, too short to tell",
        seen(**{**NO_GPU_USED, "view": replace(VIEW, with_libcuda_s=0.1)}),
        Verdict.UNDECIDED,
        Code.UNKNOWN,
    ),
    ("loaded, lists unknown", seen(lists_processes=None, **NO_GPU_USED), Verdict.UNDECIDED, Code.UNKNOWN),
    (
        "seen too briefly",
        seen(**{**CPU_ONLY, "view": replace(VIEW, libcuda=False, samples=1)}),
        Verdict.UNDECIDED,
        Code.UNKNOWN,
    ),
    ("not looked at", seen(devices=(), view=None, judged=()), Verdict.UNDECIDED, Code.UNKNOWN),
    ("it says so", seen(log=signs("whisper-no-gpu"), **NO_GPU_USED), Verdict.CPU_FALLBACK, Code.NONE),
    (
        "use gpu = 1 and no driver",
        seen(driver=False, log=signs("use-gpu-parameter", "ggml-no-cuda", "whisper-no-gpu"), **CPU_ONLY),
        Verdict.CPU_FALLBACK,
        Code.NONE,
    ),
    # what contradicts itself is not good
    ("it says CPU, the GPU worked", seen(log=signs("whisper-no-gpu")), Verdict.UNDECIDED, Code.UNKNOWN),
    ("errors, the GPU worked", seen(log=signs("no-kernel-image")), Verdict.UNDECIDED, Code.UNKNOWN),
    # failed
    ("exit code", seen(ended=Ended(End.EXITED, 3.0, 1)), Verdict.FAILED, Code.NONE),
    ("signal", seen(ended=Ended(End.SIGNALLED, 3.0, 6, "SIGABRT")), Verdict.FAILED, Code.NONE),
    ("not started", seen(ended=Ended(End.NOT_STARTED, 0.0, why="No such file")), Verdict.FAILED, Code.NONE),
    ("hangs", seen(ended=Ended(End.TIMED_OUT, 60.0)), Verdict.FAILED, Code.NONE),
    ("never healthy", seen(health=Health("http://x", None, "HTTP 503")), Verdict.FAILED, Code.NONE),
    (
        "healthy, then stopped by us",
        seen(ended=Ended(End.STOPPED, 3.0), health=Health("http://x", 2.0, "HTTP 200")),
        Verdict.GPU,
        Code.NATIVE,
    ),
]


@each_case(("observation", "verdict", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_verdict(observation: Observation, verdict: Verdict, code: Code) -> None:
    decision = decide(observation)
    assert (decision.verdict, decision.code) == (verdict, code), decision.why
    assert decision.why


MEETS = [
    (Verdict.GPU, Code.NATIVE, (True, True, True)),
    (Verdict.GPU, Code.COMPATIBLE, (False, True, True)),
    (Verdict.GPU, Code.MACHINE_CODE, (None, True, True)),
    (Verdict.GPU, Code.UNKNOWN, (None, None, True)),
    (Verdict.GPU_JIT, Code.JIT, (False, False, True)),
    (Verdict.CPU_FALLBACK, Code.NONE, (False, False, False)),
    (Verdict.FAILED, Code.NONE, (False, False, False)),
    (Verdict.UNDECIDED, Code.UNKNOWN, (None, None, None)),
]


@each_case(("verdict", "code", "met"), MEETS)
def test_what_is_expected(verdict: Verdict, code: Code, met: tuple[bool | None, ...]) -> None:
    decision = Decision(verdict, code, "", (), ())
    assert tuple(decision.meets(each) for each in Expect) == met


# -- whatever is seen, never a false green

VIEWS = [None, VIEW, replace(VIEW, libcuda=False), replace(VIEW, jit_compiler=True), replace(VIEW, unreadable=True)]
CACHES = [None, UNTOUCHED, COLD, GREW, replace(UNTOUCHED, opened=None), replace(UNTOUCHED, enabled=False)]
USES = [None, 1, CONTEXT, CONTEXT + (1 << 30)]


@given(
    st.sampled_from(VIEWS),
    st.sampled_from(CACHES),
    st.sampled_from(USES),
    st.sampled_from([0, 3, 90]),
    st.lists(st.sampled_from([sign.id for sign in SIGNS]), max_size=3, unique=True),
    st.lists(st.sampled_from([NATIVE, PTX_ONLY, BOTH, LOWER, FAILS, CUFILE]), max_size=2),
    st.sampled_from([True, False, None]),
    st.booleans(),
)
def test_green_needs_proof(
    view: Any, cache: Any, own: Any, busy: int, ids: list[str], judged: Any, lists: Any, driver: bool
) -> None:
    observation = seen(
        view=view,
        cache=cache,
        devices=(use(own, busy=busy),),
        log=signs(*ids),
        judged=tuple(judged),
        lists_processes=lists,
        driver=driver,
    )
    decision = decide(observation)
    says = {sign.says for sign in SIGNS if sign.id in ids}
    shown = {each.shows for each in decision.evidence}
    if decision.verdict in (Verdict.GPU, Verdict.GPU_JIT):
        assert shown & {Shows.GPU, Shows.JIT}
        assert not says & {SignMeaning.CPU, SignMeaning.ERROR}
    if decision.meets(Expect.SASS) is True:
        assert Shows.JIT not in shown
        assert view is None or not view.jit_compiler
        assert cache is None or not cache.grown
    if decision.meets(Expect.NATIVE) is True:
        assert any(each.count(Outcome.NATIVE) for each in judged)
        assert not any(each.count(Outcome.COMPATIBLE) for each in judged)
        assert PTX_ONLY not in judged


# -- several GPUs


def test_the_gpu_that_was_used_is_told_from_the_others() -> None:
    other = DeviceUse(1, "NVIDIA GeForce RTX 5070 Ti", ComputeCapability(12, 0), 0, 0, 0, 0)
    decision = decide(seen(devices=(other, use(CONTEXT + (1 << 30)))))
    assert decision.devices == (0,)
    texts = [each.text for each in decision.evidence if each.device == 1]
    assert texts == ["GPU 1, RTX 5070 Ti (12.0): not listed for the command; memory in use rose by 0 B, busy up to 0 %"]


# -- the record of a real GPU


def recorded_run(name: str) -> Observation:
    """A recorded run as what would have been seen of it."""
    rows = [row for row in json.loads((DATA / "signs.json").read_text())["rows"] if row["run"] == name]
    looked = [row for row in rows if "maps" in row]
    before, after = (next(row for row in rows if row["stage"] == stage) for stage in ("before", "after"))
    nvml = [row["nvml"] for row in looked] + [s for row in rows for s in row.get("samples", ())]
    mapped = {path for row in looked for path in row["maps"]}
    own = [memory for say in nvml for pid, memory in say["processes"]]
    opened = [event for event in after.get("events", ()) if "open" in event.split()[0]]
    return Observation(
        command=(name,),
        log=NO_LOG,
        ended=Ended(End.EXITED, 2.0, after["rc"]),
        devices=(
            DeviceUse(
                0,
                "NVIDIA H200",
                H200,
                before["nvml"]["used"],
                max(say["used"] for say in nvml),
                after["nvml"]["used"],
                max(say["utilisation"] for say in nvml),
                max(own, default=None),
            ),
        ),
        view=ProcessView(
            samples=len(looked),
            processes=1,
            libcuda=any("/libcuda.so" in path for path in mapped),
            with_libcuda_s=2.0,
            jit_compiler=any("ptxjitcompiler" in path for path in mapped),
            devices=(0,) if any("/dev/nvidia0" in row["open"] for row in looked) else (),
        ),
        cache=JitCache(
            "/cache",
            cold=False,
            enabled=name != "ptx cache off",
            before=tuple(before["cache"]),
            after=tuple(after["cache"]),
            opened=len(opened) if "events" in after else None,
        ),
        lists_processes=True,
        bare_context=CONTEXT,
    )


@each_case(
    ("run", "verdict", "code"),
    [
        ("ptx cold", Verdict.GPU_JIT, Code.JIT),
        ("ptx warm", Verdict.GPU_JIT, Code.JIT),
        ("ptx warm again", Verdict.GPU_JIT, Code.JIT),
        ("ptx cache off", Verdict.GPU_JIT, Code.JIT),
        # one tiny kernel of machine code leaves nothing to be told from a bare context
        ("native", Verdict.UNDECIDED, Code.UNKNOWN),
        ("native, cache of others", Verdict.UNDECIDED, Code.UNKNOWN),
        ("context", Verdict.UNDECIDED, Code.UNKNOWN),
        ("init", Verdict.CPU_FALLBACK, Code.NONE),
        ("torch busy", Verdict.GPU, Code.MACHINE_CODE),
        ("torch available", Verdict.CPU_FALLBACK, Code.NONE),
        ("torch cpu", Verdict.CPU_FALLBACK, Code.NONE),
    ],
)
def test_a_recorded_run(run: str, verdict: Verdict, code: Code) -> None:
    decision = decide(recorded_run(run))
    assert (decision.verdict, decision.code) == (verdict, code), decision.why


# -- the table of signs


SAMPLES = {
    "whisper-cuda-backend": "whisper_backend_init_gpu: using CUDA0 backend",
    "whisper-model-on-gpu": "whisper_model_load:    CUDA0 total size =   147.37 MB",
    "llama-model-on-gpu": "load_tensors:        CUDA0 model buffer size =  4095.05 MiB",
    "llama-offloaded": "load_tensors: offloaded 33/33 layers to GPU",
    "llama-offloaded-none": "load_tensors: offloaded 0/33 layers to GPU",
    "whisper-no-gpu": "whisper_backend_init_gpu: no GPU found",
    "ggml-no-cuda": "ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected",
    "llama-no-usable-gpu": "warning: no usable GPU found, --gpu-layers option will be ignored",
    "use-gpu-parameter": "whisper_init_with_params_no_state: use gpu    = 1",
    "found-devices": "ggml_cuda_init: found 1 CUDA devices (Total VRAM: 143167 MiB):",
    "device-line": "  Device 0: NVIDIA H200, compute capability 9.0, VMM: yes",
    "archs-list": "system_info: n_threads = 4 / 16 | CUDA : ARCHS = 900 | USE_GRAPHS = 1 |",
    "no-kernel-image": "CUDA error: no kernel image is available for execution on the device",
    "ptx-too-new": "CUDA error 222 at ggml-cuda.cu:6466: the provided PTX was compiled with an unsupported toolchain.",
    "gpu-out-of-memory": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
}


def test_every_sign_is_whole() -> None:
    ids = [sign.id for sign in SIGNS]
    assert len(set(ids)) == len(ids)
    assert all(sign.source and sign.why and sign.needle for sign in SIGNS)
    assert all((sign.says is SignMeaning.ERROR or sign.says is SignMeaning.CPU) or sign.code is None for sign in SIGNS)


@each_case(("id_", "line"), SAMPLES.items(), ids=SAMPLES)
def test_a_line_is_the_sign_that_it_is(id_: str, line: str) -> None:
    found = [sign.id for sign in SIGNS if sign.needle in line and sign.pattern.search(line)]
    assert id_ in found
    kinds = {sign.says for sign in SIGNS if sign.id in found}
    assert not {SignMeaning.GPU, SignMeaning.CPU} <= kinds


def test_sizes() -> None:
    assert [memory_size(n) for n in (0, 2048, 543162368, 20 << 30)] == ["0 B", "2 KiB", "518 MiB", "20.0 GiB"]


# -- findings and exit codes


def verified(observation: Observation, expected: Expect = Expect.SASS, **more: Any) -> Verified:
    """A run and what it is held to."""
    return Verified(observation, decide(observation, more.get("min_gpu_memory")), expected, **more)


GOOD = verified(seen())
BLACKWELL, HOPPER = resolve("RTX 5070 Ti"), resolve("9.0")
RULE_CASES = (
    RuleCase("cpu-fallback", verified(seen(**CPU_ONLY)), GOOD),
    RuleCase("run-failed", verified(seen(ended=Ended(End.EXITED, 3.0, 1))), GOOD),
    RuleCase("jit-at-start", verified(seen(cache=GREW)), GOOD),
    RuleCase("not-own-code", verified(seen(judged=(LOWER,)), Expect.NATIVE), verified(seen(judged=(LOWER,)))),
    RuleCase("gpu-memory-low", verified(seen(), min_gpu_memory=4 << 30), verified(seen(), min_gpu_memory=600 << 20)),
    RuleCase("other-gpu", verified(seen(), gpus=(BLACKWELL,)), verified(seen(), gpus=(HOPPER,))),
    RuleCase("run-undecided", verified(seen(devices=(use(CONTEXT),))), GOOD),
)


def report(case: Verified) -> VerifyReport:
    """The report on a run."""
    from cudacompat.domain.rules.run import RUN_RULES

    return VerifyReport(case, tuple(finding for rule in RUN_RULES for finding in rule.check(case)))


SITE = "/venv/lib/python3.12/site-packages"
WITH_NVRTC = replace(VIEW, files=(MappedFile(f"{SITE}/nvidia/cu13/lib/libnvrtc-builtins.so.13.0"),))
WITH_PTXAS = replace(VIEW, files=(MappedFile("/usr/local/cuda/bin/ptxas"),), ptxas_targets=("sm_90a",))


@pytest.mark.parametrize(
    ("observation", "says", "not_said"),
    [
        (seen(cache=GREW), "build for this GPU (cudacompat generate --gpu native)", "run time"),
        # CuPy: NVRTC, and all its libraries have machine code
        (seen(cache=GREW, view=WITH_NVRTC), "nothing to rebuild: the program compiles its own kernels", "generate"),
        # JAX: its own ptxas, beside a library of CUDA with PTX
        (seen(cache=GREW, view=WITH_PTXAS, judged=(NATIVE, BOTH)), "(ptxas for sm_90a)", "generate"),
        # PyTorch maps NVRTC whether it compiles or not: a library with PTX alone stays a matter of its build
        (
            seen(cache=GREW, view=WITH_NVRTC, judged=(PTX_ONLY,)),
            "cudacompat generate --gpu native",
            "nothing to rebuild:",
        ),
    ],
)
def test_what_a_program_compiles_by_design_is_not_to_be_rebuilt(
    observation: Observation, says: str, not_said: str
) -> None:
    (finding,) = report(verified(observation, Expect.NATIVE)).findings
    assert finding.id == "jit-at-start"
    assert says in (finding.help or "")
    assert not_said not in (finding.help or "")


@each_case(
    ("case", "ids", "code"),
    [
        (GOOD, [], 0),
        (verified(seen(), Expect.NATIVE), [], 0),
        (verified(seen(judged=(LOWER,)), Expect.NATIVE), ["not-own-code"], 1),
        (verified(seen(judged=()), Expect.NATIVE), ["run-undecided"], 4),
        (verified(seen(cache=GREW)), ["jit-at-start"], 1),
        (verified(seen(cache=GREW), Expect.GPU), ["jit-at-start"], 0),  # a note
        (verified(seen(**CPU_ONLY)), ["cpu-fallback"], 1),
        (verified(seen(**CPU_ONLY), Expect.GPU), ["cpu-fallback"], 1),
        (verified(seen(devices=(use(CONTEXT),))), ["run-undecided"], 4),
        (verified(seen(ended=Ended(End.EXITED, 1.0, 7))), ["run-failed"], 5),
        (verified(seen(), min_gpu_memory=4 << 30), ["gpu-memory-low"], 1),
        # how much it held was not seen
        (verified(seen(devices=(), log=signs("whisper-cuda-backend")), min_gpu_memory=1), ["run-undecided"], 4),
        (verified(seen(), gpus=(BLACKWELL,)), ["other-gpu"], 1),
    ],
)
def test_findings_and_exit_code(case: Verified, ids: list[str], code: int) -> None:
    made = report(case)
    assert [finding.id for finding in made.findings] == ids
    assert made.exit_code == code


def test_no_two_cases_are_alike() -> None:
    for one, other in itertools.combinations(CASES, 2):
        assert one[0] != other[0]
        assert one[1] != other[1], (one[0], other[0])
