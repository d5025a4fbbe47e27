"""`verify` as its users meet it: engines that behave and engines that do not, on a GPU that is not there."""

from __future__ import annotations

import itertools
import json
import os
import socket
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.runs import observe
from tests.helpers import fake_gpu
from tests.helpers.fake_gpu import CONTEXT
from tests.helpers.fits import assert_fits
from tests.helpers.run import EXAMPLE, Ran, cudacompat, inside
from tests.helpers.shared_build import BuildOnce
from tests.host.programs.test_process import gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the process tree is read from /proc")

# What whisper.cpp 1.9.3 printed on a machine without a driver, and on an H200; the times and sizes are shortened.
WITHOUT_DRIVER = """\
whisper_init_from_file_with_params_no_state: loading model from 'models/ggml-base.bin'
whisper_init_with_params_no_state: use gpu    = 1
whisper_init_with_params_no_state: flash attn = 0
ggml_cuda_init: failed to initialize CUDA: CUDA driver version is insufficient for CUDA runtime version
whisper_init_with_params_no_state: devices    = 1
whisper_init_with_params_no_state: backends   = 1
whisper_model_load:          CPU total size =   147.37 MB
whisper_backend_init_gpu: no GPU found
system_info: n_threads = 4 / 8 | WHISPER : COREML = 0 | OPENVINO = 0 | CUDA : ARCHS = 900 | CPU : SSE3 = 1 |
"""
ON_GPU = """\
whisper_init_with_params_no_state: use gpu    = 1
ggml_cuda_init: found 1 CUDA devices (Total VRAM: 143167 MiB):
  Device 0: NVIDIA H200, compute capability 9.0, VMM: yes, VRAM: 143167 MiB
whisper_model_load:    CUDA0 total size =   147.37 MB
whisper_backend_init_gpu: using CUDA0 backend
system_info: n_threads = 4 / 16 | WHISPER : COREML = 0 | CUDA : ARCHS = {archs} | USE_GRAPHS = 1 | CPU : SSE3 = 1 |
"""


@pytest.fixture(scope="module")
def folder(build_once: BuildOnce) -> Path:
    return build_once("fake-gpu", fake_gpu.make)


class Engine:
    """Runs `verify` on the engine of tests/helpers/fake_gpu.py."""

    def __init__(self, folder: Path, place: Path) -> None:
        self.folder, self.place = folder, place
        self.state, self.cache = place / "state", place / "cache"
        for each in (self.state, self.cache):
            each.mkdir()

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "LD_LIBRARY_PATH": str(self.folder),
            "FAKE_GPU": str(self.state),
            "CUDA_CACHE_PATH": str(self.cache),
            **more,
        }

    def verify(self, *words: str, options: tuple[str, ...] = (), **more: str) -> Ran:
        command = fake_gpu.engine(self.folder, *words)
        return cudacompat("verify", *options, "--", *command, env=self.environment(**more))

    def said(self, *words: str, options: tuple[str, ...] = (), **more: str) -> tuple[Any, int]:
        """The document and the exit code."""
        ran = self.verify(*words, options=("--format", "json", *options), **more)
        assert ran.err == ""
        assert_fits(ran.json, schema())
        return ran.json, ran.code


@pytest.fixture
def engine(folder: Path, tmp_path: Path) -> Engine:
    return Engine(folder, tmp_path)


def schema() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("cudacompat").joinpath("schemas", "verify-1.json").read_text()
    )
    return document


def texts(said: Any, source: str) -> str:
    """All that one source showed."""
    return "\n".join(each["text"] for each in said["evidence"] if each["source"] == source)


# -- on the GPU


def test_memory_beyond_a_context_and_nothing_compiled(engine: Engine) -> None:
    said, code = engine.said("context", "memory=500", "wait=0.5")
    assert (said["verdict"], said["code"], code) == ("gpu", "machine-code", 0)
    assert "the command used 1018 MiB; an idle context takes 518 MiB" in texts(said, "nvml")
    (device,) = said["devices"]
    assert device["used"] is True
    assert device["memory_of_command"] == CONTEXT + (500 << 20)
    assert said["run"]["bare_context"] == CONTEXT


def test_the_work_of_a_child_is_its_own(engine: Engine) -> None:
    said, code = engine.said("child=context+memory=500+wait=0.5")
    assert (said["verdict"], code) == ("gpu", 0)


def test_a_bare_context_proves_nothing(engine: Engine) -> None:
    said, code = engine.said("context", "wait=0.5")
    assert (said["verdict"], code) == ("undecided", 4)
    assert [finding["id"] for finding in said["findings"]] == ["run-undecided"]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (("map=libnvidia-ptxjitcompiler.so.1",), ()),
        (("cache=77e1a67dee5e0f",), ()),
        (("cache=77e1a67dee5e0f",), ("--cold",)),
    ],
)
def test_a_compilation_is_seen(engine: Engine, words: tuple[str, ...], options: tuple[str, ...]) -> None:
    said, code = engine.said("context", "memory=500", *words, "wait=0.5", options=options)
    assert (said["verdict"], said["code"], code) == ("gpu-jit", "jit", 1)
    assert [finding["id"] for finding in said["findings"]] == ["jit-at-start"]
    accepted, code = engine.said("context", "memory=500", *words, "wait=0.5", options=(*options, "--expect", "gpu"))
    assert (accepted["verdict"], code) == ("gpu-jit", 0)


def test_code_out_of_a_warm_cache_is_seen(engine: Engine) -> None:
    (engine.cache / "5/5").mkdir(parents=True)
    (engine.cache / "5/5/77e1").write_text("compiled")
    said, code = engine.said("context", "memory=500", "hit=77e1", "wait=0.5")
    assert (said["verdict"], code) == ("gpu-jit", 1)
    assert said["run"]["jit_cache"]["files_opened"] == 1
    other, code = engine.said("context", "memory=500", "wait=0.5")
    assert (other["verdict"], code) == ("gpu", 0)


def test_a_cold_cache_is_empty_and_goes_away(engine: Engine) -> None:
    (engine.cache / "index").write_text("x" * 32)
    said, code = engine.said("context", "memory=500", "cache=ab", "wait=0.3", options=("--cold",))
    assert (said["verdict"], code) == ("gpu-jit", 1)
    cache = said["run"]["jit_cache"]
    assert (cache["path"], cache["bytes_before"], cache["bytes_after"]) == (None, 0, 3763)
    assert [path.name for path in engine.cache.iterdir()] == ["index"]


def test_the_file_that_runs_is_the_one_that_is_judged(engine: Engine, tmp_path: Path) -> None:
    """A library that the process has mapped, with nvcc's default target only: PTX is all that fits an H200."""
    said, code = engine.said("context", "memory=500", f"map={EXAMPLE}", "wait=0.5")
    (mapped,) = said["run"]["mapped"]
    assert (mapped["path"], mapped["outcome"]) == (str(EXAMPLE), "jit")
    assert (said["verdict"], code) == ("gpu-jit", 1)
    assert "no loaded file has machine code for this GPU, only PTX" in said["why"]


def test_a_file_that_was_replaced_is_not_judged(engine: Engine, tmp_path: Path) -> None:
    library = tmp_path / "libggml-cuda.so"
    library.write_bytes(EXAMPLE.read_bytes())
    words = (f"map={library}", "wait=0.5", f"replace={library}", "wait=0.5")
    said, _ = engine.said("context", "memory=500", *words)
    assert said["run"]["mapped"] == []
    assert f"{library} was mapped: it was replaced or removed while the process ran, so it was not checked" in texts(
        said, "proc"
    )


def test_a_file_that_was_renamed_is_judged_by_its_new_name(engine: Engine, tmp_path: Path) -> None:
    library = tmp_path / "libggml-cuda.so"
    library.write_bytes(EXAMPLE.read_bytes())
    words = (f"map={library}", "wait=0.5", f"rename={library}", "wait=0.5")
    said, _ = engine.said("context", "memory=500", *words)
    assert [each["path"] for each in said["run"]["mapped"]] == [f"{library}.old"]


def test_two_gpus_of_which_one_was_used(engine: Engine) -> None:
    more = {"FAKE_GPUS": "2", "FAKE_SECOND_NAME": "NVIDIA GeForce RTX 5070 Ti"}
    said, code = engine.said("context=1", "memory=500", "wait=0.5", **more)
    assert code == 0
    assert [(device["index"], device["used"]) for device in said["devices"]] == [(0, False), (1, True)]
    wrong, code = engine.said("context=1", "memory=500", "wait=0.5", options=("--gpu", "9.0"), **more)
    assert (code, [finding["id"] for finding in wrong["findings"]]) == (1, ["other-gpu"])
    right, code = engine.said("context=1", "memory=500", "wait=0.5", options=("--gpu", "RTX 5070 Ti"), **more)
    assert (code, right["findings"]) == (0, [])


@pytest.mark.parametrize(("size", "code"), [("500M", 0), ("1GiB", 1), ("2g", 2), ("-1", 2), ("much", 2)])
def test_min_gpu_memory(engine: Engine, size: str, code: int) -> None:
    ran = engine.verify("context", "memory=400", "wait=0.4", options=(f"--min-gpu-memory={size}",))
    assert ran.code == code
    if code == 1:
        assert "used 918 MiB of GPU memory; 1024 MiB required" in ran.out
    if code == 2:
        assert "invalid size" in ran.err


def test_where_nvml_lists_no_process_that_is_said(engine: Engine) -> None:
    """As in a container with process numbers of its own. That engine has no device file open, so nothing is proved."""
    said, code = engine.said("context", "memory=900", "wait=0.5", FAKE_HIDDEN="1")
    assert (said["verdict"], code) == ("undecided", 4)
    assert said["run"]["lists_processes"] is False
    assert any("which process holds the GPU's memory" in text for text in said["unseen"])


# -- not on the GPU


def test_the_cpu_although_the_driver_is_there(engine: Engine) -> None:
    said, code = engine.said("driver", "wait=1.6")
    assert (said["verdict"], code) == ("cpu-fallback", 1)
    assert said["why"] == "the command loaded the driver library but created no context on a GPU"


def test_use_gpu_is_one_and_it_is_the_cpu(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(WITHOUT_DRIVER)
    said, code = engine.said(f"print={log}", "wait=0.3", LD_LIBRARY_PATH="")
    assert (said["verdict"], code) == ("cpu-fallback", 1)
    (parameter,) = [each for each in said["evidence"] if each["line"] == 2]
    assert parameter["shows"] == "nothing"
    assert "use gpu = 1" in parameter["text"]
    assert [finding["id"] for finding in said["findings"]] == ["cpu-fallback"]


def test_exit_zero_turns_one_into_none_and_nothing_else(engine: Engine) -> None:
    assert engine.verify("driver", "wait=1.6", options=("--exit-zero",)).code == 0
    assert engine.verify("context", "wait=0.4", options=("--exit-zero",)).code == 4
    assert engine.verify("exit=3", options=("--exit-zero",)).code == 5


# -- bad commands


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("exit=3",), "the command exited with 3"),
        (("kill=11",), "the command was killed by SIGSEGV"),
        (("context", "memory=500", "wait=0.3", "exit=1"), "the command exited with 1"),
    ],
)
def test_a_command_that_fails(engine: Engine, words: tuple[str, ...], why: str) -> None:
    said, code = engine.said(*words)
    assert (said["verdict"], code) == ("failed", 5)
    assert said["why"].startswith(why)


def test_a_command_that_is_not_there(engine: Engine) -> None:
    ran = cudacompat("verify", "--", "no-such-engine", "--model", "x", env=engine.environment())
    assert (ran.code, ran.err) == (5, "")
    assert "could not be started: No such file or directory" in ran.out


def test_a_command_that_hangs_is_ended(engine: Engine) -> None:
    said, code = engine.said("say=ready", "child=wait=600", options=("--timeout", "1.5"))
    assert (said["verdict"], code) == ("failed", 5)
    assert said["run"]["ended"] == "timed-out"
    assert "--health URL" in said["findings"][0]["help"]


def test_children_that_are_left_are_ended_and_told_of(engine: Engine) -> None:
    said, code = engine.said("context", "memory=500", "wait=0.4", "leave=wait=600")
    assert (said["verdict"], code) == ("gpu", 0)
    assert said["run"]["left_behind"] == 1
    assert "it left 1 process running" in texts(said, "command")


def test_much_output_is_read_in_constant_memory(engine: Engine) -> None:
    """100 MB here; the same code took 1.1 GB with 45 MB of memory."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    said, _ = engine.said("say=whisper_backend_init_gpu: no GPU found", "flood=100")
    assert said["output"]["bytes"] > 100_000_000
    assert said["output"]["lines"] > 2_000_000
    assert len(said["output"]["tail"]) <= 12
    assert "no GPU found" in texts(said, "log")
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # KiB; other tests' programs count in `before`, and a program begins with the size of the process that starts it
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after <= max(before, own, 400 << 10)


def test_what_an_engine_prints_cannot_move_the_cursor(engine: Engine) -> None:
    ran = engine.verify("say=\x1b[2J\x1b]0;title\x07[bold]x[/bold] [sm_80]", "exit=1")
    assert ran.code == 5
    assert "\x1b" not in ran.out
    assert "[bold]x[/bold] [sm_80]" in ran.out


def test_the_output_is_passed_on_where_asked(engine: Engine) -> None:
    ran = engine.verify("say=hello from the engine", options=("--show-output",))
    assert ran.err == "hello from the engine\n"


# -- servers


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_is_stopped_once_it_is_healthy(engine: Engine) -> None:
    port = free_port()
    health = ("--health", f"http://127.0.0.1:{port}/health?deep=1", "--timeout", "60")
    said, code = engine.said("context", "memory=500", f"serve=0.5:{port}", options=health)
    assert (said["verdict"], code) == ("gpu", 0)
    assert said["run"]["ended"] == "stopped"
    assert said["run"]["healthy_after_seconds"] > 0.4
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_in_the_background_is_stopped_too(engine: Engine) -> None:
    port = free_port()
    health = ("--health", f"http://127.0.0.1:{port}/", "--timeout", "60")
    said, code = engine.said(f"leave=context+memory=500+serve=0.3:{port}", options=health)
    assert (said["verdict"], code) == ("gpu", 0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_server_that_never_becomes_healthy(engine: Engine) -> None:
    port = free_port()
    health = ("--health", f"http://127.0.0.1:{port}/", "--timeout", "5")
    said, code = engine.said("context", "memory=500", f"serve=600:{port}", options=health)
    assert (said["verdict"], code) == ("failed", 5)
    assert said["why"].startswith(f"http://127.0.0.1:{port}/ did not become healthy in time (its last answer: ")
    assert said["run"]["healthy_after_seconds"] is None


def test_a_server_that_ends_before_it_is_healthy(engine: Engine) -> None:
    said, code = engine.said("wait=0.3", options=("--health", f"http://127.0.0.1:{free_port()}/"))
    assert (said["verdict"], code) == ("failed", 5)
    assert "did not become healthy before the command ended (its last answer: nothing listens there)" in said["why"]


# -- saved logs

TORCH_WITHOUT_CODE = (
    "NVIDIA GeForce RTX 5070 Ti with CUDA capability sm_120 is not compatible with the current PyTorch installation.\n"
    "The current PyTorch install supports CUDA capabilities sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90.\n"
)


def log_of(place: Path, text: str) -> Path:
    file = place / "engine.log"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "options", "verdict", "code"),
    [
        (WITHOUT_DRIVER, (), "cpu-fallback", 1),
        (ON_GPU.format(archs="900"), ("--expect", "gpu"), "gpu", 0),
        (ON_GPU.format(archs="900"), (), "gpu", 4),  # which code: a log does not say
        (ON_GPU.format(archs="900"), ("--expect", "native"), "gpu", 4),
        (ON_GPU.format(archs="520"), (), "gpu-jit", 1),  # nothing but PTX of that list runs on 9.0
        (ON_GPU.format(archs="520"), ("--expect", "gpu"), "gpu-jit", 0),
        (
            ON_GPU.format(archs="900") + "CUDA error: no kernel image is available for execution on the device\n",
            (),
            "failed",
            5,
        ),
        (TORCH_WITHOUT_CODE, ("--gpu", "12.0"), "failed", 5),
        (TORCH_WITHOUT_CODE, (), "failed", 5),
        (TORCH_WITHOUT_CODE, ("--gpu", "8.6"), "undecided", 4),  # the list has code for the GPU that was asked for
        ("onnxruntime: cudaErrorInvalidDeviceFunction: invalid device function\n", (), "failed", 5),
        ("whisper_init_with_params_no_state: use gpu    = 1\n", (), "undecided", 4),
        ("", (), "undecided", 4),
        (ON_GPU.format(archs="900"), ("--expect", "gpu", "--gpu", "RTX 5070 Ti"), "gpu", 1),
        (ON_GPU.format(archs="900"), ("--expect", "gpu", "--min-gpu-memory", "1G"), "gpu", 4),
    ],
)
def test_a_saved_log(tmp_path: Path, text: str, options: tuple[str, ...], verdict: str, code: int) -> None:
    ran = cudacompat("verify", "--log", log_of(tmp_path, text), "--format", "json", *options)
    assert_fits(ran.json, schema())
    assert (ran.json["mode"], ran.json["verdict"], ran.code) == ("log", verdict, code)
    assert ran.json["unseen"]


@pytest.mark.parametrize(("name", "quoted"), [("app.log", "app.log"), ("my log.txt", "'my log.txt'")])
def test_the_command_of_a_failed_log_names_it(tmp_path: Path, name: str, quoted: str) -> None:
    (tmp_path / name).write_text("CUDA error: no kernel image is available for execution on the device\n")
    ran = inside("verify", "--log", name, "--gpu", "12.0", "--format", "json", cwd=tmp_path)
    helps = {each["id"]: each["help"] for each in ran.json["findings"]}
    assert helps["run-failed"] == f"to identify the error: cudacompat explain {quoted}"


def test_the_incident_s_own_log() -> None:
    ran = cudacompat("verify", "--log", EXAMPLE.with_name("container.log"))
    assert ran.code == 5
    assert "the code that runs was made for an older architecture and lacks this kernel" in ran.out.splitlines()[1]


# -- how it is asked


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "pass one of"),
        (("--log", "x", "--load", "y"), "pass one of"),
        (("--log", "x", "--", "true"), "pass one of"),
        (("--log", "/no/such/file"), "cannot read /no/such/file"),
        (("--log", ".", "--cold"), "need a command to run"),
        (("--load", "x", "--min-gpu-memory", "1G"), "needs a command to run"),
        (("--health", "localhost:80", "--", "true"), "not an http or https address"),
        (("--health", "file:///etc/passwd", "--", "true"), "not an http or https address"),
        (("--gpu", "no such card", "--", "true"), "no such card"),
        (("--expect", "all", "--", "true"), "all"),
        (("--timeout", "0", "--", "true"), "0"),
    ],
)
def test_what_cannot_be_asked_is_one_line(arguments: tuple[str, ...], why: str) -> None:
    ran = cudacompat("verify", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err


@pytest.mark.parametrize("format_", ["markdown", "gitlab", "html"])
def test_other_formats_tell_of_the_cpu(engine: Engine, format_: str) -> None:
    ran = engine.verify("driver", "wait=1.6", options=("--format", format_))
    assert (ran.code, ran.err) == (1, "")
    assert "cpu-fallback" in ran.out


def test_a_run_that_is_interrupted_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    import signal
    import subprocess

    note = tmp_path / "pid"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    command = [sys.executable, "-m", "cudacompat", "verify", "--", sys.executable, "-c", code]
    process = subprocess.Popen(command, env={**os.environ, **engine.environment()}, stdout=subprocess.DEVNULL)
    while not (note.exists() and note.read_text()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 130
    assert gone(int(note.read_text()))


# -- how often it is looked at


@pytest.mark.parametrize(("timed", "early", "late"), [(False, 2, 11), (True, 11, 11)])
def test_a_slow_look_takes_half_of_the_time_at_first_and_then_a_tenth(
    monkeypatch: pytest.MonkeyPatch, timed: bool, early: int, late: int
) -> None:
    """One look costs 40 ms: every so many of them there is one."""
    clock = [100.0]
    monkeypatch.setattr(observe.time, "monotonic", lambda: clock[0])
    paced = observe._Paced(timed)
    looks = []
    while clock[0] < 120:
        with paced as due:
            if due:
                looks.append(clock[0])
                clock[0] += 0.040
        clock[0] += 0.001
    gaps = [round((later - each) / 0.040) for each, later in itertools.pairwise(looks)]
    assert (gaps[0], gaps[-1]) == (early, late)
