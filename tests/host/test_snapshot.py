"""All facts at once: of this machine, and with probes that fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from cudacompat.domain.machine.facts import Found, HostFacts, Missing, ToolFacts
from cudacompat.domain.machine.saved_facts import from_json, to_json
from cudacompat.engines import variables
from cudacompat.environments import installed
from cudacompat.host import snapshot as snapshot_module
from cudacompat.host.surroundings.environment import cuda_variables
from cudacompat.host.surroundings.system import home
from cudacompat.places.roots import Roots
from tests.helpers.each_row import each_case
from tests.helpers.fits import assert_fits
from tests.helpers.machine import nvidia_smi, program, recorded
from tests.helpers.run import ROOT
from tests.helpers.toolchain import require_host_compiler
from tests.host.test_facts import saved, schema

PROBES = ["gpus", "driver", "toolkits", "compilers", "cmake", "packages", "container", "cards", "platform_text"]


def snapshot(timeout_s: float | None = None) -> HostFacts:
    """This machine, with what is installed on it, as doctor sees it."""
    return snapshot_module.snapshot(timeout_s, installed=lambda *places: installed.components(*places))


def failing(error: Exception) -> Callable[..., NoReturn]:
    def probe(*arguments: object) -> NoReturn:
        raise error

    return probe


class TestThisMachine:
    def test_it_validates_and_is_read_again(self) -> None:
        facts = snapshot()
        document = saved(facts)
        assert_fits(document, schema())
        again = from_json(document)
        assert saved(again) == document
        assert again.driver == facts.driver
        assert len(again.packages) == len(facts.packages)

    def test_what_is_certainly_here(self) -> None:
        tool = require_host_compiler()
        facts = snapshot()
        assert facts.python == ".".join(map(str, sys.version_info[:3]))
        assert facts.platform
        assert Path(tool).resolve() in [Path(compiler.path).resolve() for compiler in facts.compilers]
        assert "rpds-py" in [package.package for package in facts.packages]

    def test_no_home_and_no_user_in_the_document(self) -> None:
        facts = snapshot()
        text = json.dumps(to_json(facts))
        assert facts.home == home()
        if facts.home is not None:
            assert f"{facts.home}/" not in text
        assert "/home/" not in text.replace("/home/<user>", "")

    def test_no_probe_failed(self) -> None:
        assert not [note for note in snapshot().notes if "asking failed" in note or "no answer" in note]

    def test_rich_and_typer_are_not_needed(self) -> None:
        code = "import sys; import cudacompat.host.snapshot as s; s.snapshot(); print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        assert not {"rich", "typer", "elftools", "jinja2", "zstandard"} & set(done.stdout.split())


class TestFailures:
    @pytest.mark.parametrize("probe", PROBES)
    def test_a_probe_that_raises_leaves_the_rest(self, monkeypatch: pytest.MonkeyPatch, probe: str) -> None:
        whole = snapshot()
        place = (installed, "components") if probe == "packages" else (snapshot_module, probe)
        monkeypatch.setattr(*place, failing(RuntimeError("out of luck")))
        facts = snapshot()
        (note,) = set(facts.notes) - set(whole.notes)
        assert note.endswith(": asking failed (RuntimeError: out of luck)")
        assert_fits(saved(facts), schema())
        affected = {
            "toolkits": {"toolkits", "compilers"},
            "compilers": {"toolkits", "compilers"},
            "cards": {"pci_cards"},
        }
        for name in ("gpus", "driver", "cmake", "container", "packages", "toolkits", "compilers", "pci_cards"):
            if name not in affected.get(probe, {probe}):
                assert getattr(facts, name) == getattr(whole, name)

    def test_what_failed_is_missing_with_the_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(snapshot_module, "gpus", failing(OSError(5, "Input/output error")))
        why = "asking failed (OSError: [Errno 5] Input/output error)"
        assert snapshot().gpus == Missing("GPU", (why,))
        assert f"GPUs: {why}" in snapshot().notes

    def test_a_driver_that_never_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        release = threading.Event()
        monkeypatch.setattr(snapshot_module, "driver", lambda roots: release.wait())
        try:
            facts = snapshot(timeout_s=3)
        finally:
            release.set()
        assert facts.driver == Missing("driver", ("no answer within 3 s",))
        assert "driver: no answer within 3 s" in facts.notes
        assert facts.compilers or facts.packages

    def test_one_that_never_answers_does_not_keep_the_process(self) -> None:
        code = (
            "import time; import cudacompat.host.snapshot as s; s.gpus = lambda roots: time.sleep(600)\n"
            "print(s.snapshot(timeout_s=1).gpus)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120
        )
        assert "no answer within 1 s" in done.stdout


class TestAWholeMachine:
    def test_as_a_user_s(self, tmp_path: Path) -> None:
        """A machine with the H200's nvidia-smi, a CUDA 12.4 behind Debian's kind of wrapper, and an active venv."""
        nvidia_smi(tmp_path / "bin", recorded("nvidia-smi-query.csv"), recorded("nvidia-smi.txt"))
        nvcc = tmp_path / "home/ada/cuda/bin/nvcc"
        nvcc.parent.mkdir(parents=True)
        nvcc.write_bytes(b"\x7fELF Cuda compilation tools, release 12.4, V12.4.131\n")
        nvcc.chmod(0o755)
        program(tmp_path / "bin/nvcc", f'exec {nvcc} "$@"')
        site = tmp_path / "home/ada/venv/lib/python3.12/site-packages"
        (site / "engine-1.0.dist-info").mkdir(parents=True)
        (site / "engine-1.0.dist-info/RECORD").write_text("engine/libengine.so,,\n")
        (site / "engine").mkdir()
        (site / "engine/libengine.so").write_bytes(b"")
        environment = {
            "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(tmp_path / "home/ada"),
            "VIRTUAL_ENV": str(tmp_path / "home/ada/venv"),
            "CUDA_HOME": str(tmp_path / "home/ada/cuda"),
            "CUDA_VISIBLE_DEVICES": "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
            "NVIDIA_API_KEY": "nvapi-secret",
            "KUBERNETES_SERVICE_HOST": "10.0.0.1",
            "PYTHONPATH": str(ROOT),
        }
        code = (
            "import json; from cudacompat.domain.machine.facts import Missing\n"
            "from cudacompat.domain.machine.saved_facts import to_json\n"
            "from cudacompat.host.gpus import nvml; from cudacompat.app.doctor import machine\n"
            "nvml.gpus = lambda roots: Missing('GPU', ())\n"  # this machine's, if it has one
            "nvml.driver = lambda roots: Missing('driver', ())\n"
            "print(json.dumps(to_json(machine.snapshot())))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, timeout=120
        )
        document = json.loads(done.stdout)
        assert_fits(document, schema())
        assert [gpu["name"] for gpu in document["gpus"]["value"]] == ["NVIDIA H200"]
        assert document["driver"]["value"]["release"] == "580.159.04"
        assert document["toolkits"][0]["path"] == "~/cuda/bin/nvcc"
        assert (document["toolkits"][0]["version"], document["toolkits"][0]["active"]) == ("12.4", True)
        assert document["container"]["kind"] == "kubernetes"
        (engine,) = [package for package in document["packages"] if package["name"] == "engine"]
        assert engine["libraries"] == ["~/venv/lib/python3.12/site-packages/engine/libengine.so"]
        assert document["environment"] == {"CUDA_HOME": "~/cuda", "CUDA_VISIBLE_DEVICES": "GPU-<uuid>"}
        assert "secret" not in done.stdout
        assert "/ada" not in done.stdout
        facts = from_json(document)
        assert isinstance(facts.gpus, Found)
        assert str(facts.gpus.value[0].capability) == "9.0"


class TestAnotherRoot:
    def test_a_folder_handed_in_as_the_machine(self, tmp_path: Path) -> None:
        """Files, programs and variables of the folder, none of this machine's; no variable of this process is set."""
        for name, text in (
            ("proc/driver/nvidia/version", recorded("proc-driver-nvidia-version.txt")),
            ("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n"),
            ("etc/os-release", 'NAME="Made"\nPRETTY_NAME="Made Up Linux 7 (\'seven\')"\n'),
            ("run/.containerenv", 'engine="podman-5.2.2"\n'),
            ("sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n"),
            ("sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n"),
            ("sys/bus/pci/devices/0000:01:00.0/device", "0x2c05\n"),
            ("conda/conda-meta/engine-1-0.json", '{"name": "engine", "version": "1", "files": ["lib/engine.so"]}'),
            ("conda/lib/engine.so", ""),
        ):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        program(tmp_path / "bin/cmake", "echo cmake version 3.99.1")
        nvidia_smi(tmp_path / "usr/lib/wsl/lib", recorded("nvidia-smi-query.csv"), recorded("nvidia-smi.txt"))
        environ = {
            "PATH": str(tmp_path / "bin"),
            "HOME": str(tmp_path / "home/ada"),
            "CONDA_PREFIX": str(tmp_path / "conda"),
            "CUDAARCHS": "120",
        }
        roots = Roots.under(tmp_path, environ)
        facts = snapshot_module.snapshot(roots=roots, installed=installed.components)
        assert facts.platform.startswith("Made Up Linux 7 ('seven'), ")
        assert facts.platform.endswith(", WSL")
        assert (facts.container.kind, facts.pci_cards, facts.home) == ("podman", ("10de:2c05",), environ["HOME"])
        assert facts.cmake == Found(ToolFacts(str(tmp_path / "bin/cmake"), "3.99.1"), "PATH")
        assert facts.compilers == ()
        assert facts.environment == (("CUDAARCHS", "120"),)
        assert [each.package for each in facts.packages if each.manager == "conda"][-1:] == ["engine"]
        if Path("/dev/nvidiactl").exists():
            return  # the loader finds this machine's NVML, whatever the roots are
        assert isinstance(facts.gpus, Found)
        assert facts.gpus.found_via == "nvidia-smi (WSL)"
        assert isinstance(facts.driver, Found)
        assert facts.driver.value.kernel_module == "open"


class TestEnvironment:
    def test_cuda_s_own_by_name(self) -> None:
        environment = {
            "TORCH_CUDA_ARCH_LIST": "8.6",
            "CUDA_VISIBLE_DEVICES": "",
            "CUDA_PATH_V12_8": r"C:\cuda",
            "CUDAToolkit_ROOT": "/opt/cuda",
            "NVIDIA_VISIBLE_DEVICES": "all",
        }
        assert [name for name, _ in cuda_variables(environment, variables())] == sorted(environment)
        assert dict(cuda_variables(environment, variables())) == environment

    @each_case(
        "name",
        [
            "NVIDIA_API_KEY",
            "NGC_API_KEY",
            "CUDA_PASSWORD",
            "NVCC_TOKEN",
            "CUDA_PATH_V12_8_SECRET",
            "HOME",
            "PATH",
            "HF_TOKEN",
            "cuda_home",
        ],
    )
    def test_nothing_else(self, name: str) -> None:
        assert cuda_variables({name: "secret"}, variables()) == ()
