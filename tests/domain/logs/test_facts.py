"""What a log tells of the machine: GPUs in every form in which programs name them, PyTorch's list, versions."""

from __future__ import annotations

import pytest

from cudacompat.domain.logs.facts import LogFacts
from tests.domain.logs.test_catalogue import read

TABLE = """\
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 570.86.10              Driver Version: 570.86.10      CUDA Version: 12.8     |
|-----------------------------------------+------------------------+----------------------+
| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |
|=========================================+========================+======================|
|   0  NVIDIA GeForce RTX 3070 ...    Off |   00000000:01:00.0  On |                  N/A |
|   1  Quadro P4000                   Off |   00000000:02:00.0 Off |                  N/A |
"""


def facts(text: str) -> LogFacts:
    return read(text).facts


def devices(text: str) -> list[tuple[str | None, str]]:
    return [(device.name, str(device.capability)) for device in facts(text).devices]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(TABLE, [("NVIDIA GeForce RTX 3070 ...", "8.6"), ("Quadro P4000", "6.1")], id="table"),
        pytest.param(
            "|   0  NVIDIA GeForce RTX 3060   WDDM  |   00000000:0C:00.0  On |                  N/A |\n",
            [("NVIDIA GeForce RTX 3060", "8.6")],
            id="table-windows",
        ),
        pytest.param(
            "GPU 0: NVIDIA L40S (UUID: GPU-00000000-0000-0000-0000-000000000000)\n", [("NVIDIA L40S", "8.9")], id="-L"
        ),
        pytest.param(
            "name, compute_cap, driver_version\nNVIDIA H200, 9.0, 570.86.10\nTesla T4, 7.5, 570.86.10\nready\n",
            [("NVIDIA H200", "9.0"), ("Tesla T4", "7.5")],
            id="csv",
        ),
        pytest.param(
            "index, name, driver_version\n0, NVIDIA GeForce GTX 1660, 535.54.03\n",
            [("NVIDIA GeForce GTX 1660", "7.5")],
            id="csv-without-capability",
        ),
        pytest.param(
            "GPU models and configuration: GPU 0: NVIDIA GeForce RTX 2070\nNvidia driver version: 535.54.03\n",
            [("NVIDIA GeForce RTX 2070", "7.5")],
            id="collect_env",
        ),
        pytest.param(
            "GPU models and configuration:\nGPU 0: NVIDIA A100-SXM4-40GB\nGPU 1: NVIDIA A100-SXM4-40GB\n",
            [("NVIDIA A100-SXM4-40GB", "8.0")],
            id="collect_env-two-of-a-kind",
        ),
        pytest.param(
            "    Found GPU0 NVIDIA GB10 which is of cuda capability 12.1.\n", [("NVIDIA GB10", "12.1")], id="torch-2.8"
        ),
        pytest.param(
            "_CudaDeviceProperties(name='Tesla V100-SXM2-16GB', major=7, minor=0, total_memory=16144MB)\n",
            [("Tesla V100-SXM2-16GB", "7.0")],
            id="torch-properties",
        ),
        pytest.param("NVIDIA GeForce RTX 4070 Ti\n", [("NVIDIA GeForce RTX 4070 Ti", "8.9")], id="torch-name-alone"),
        pytest.param(
            "Device 0 Name                : NVIDIA GeForce RTX 3080\nDevice 0 Compute Capability  : 86\n",
            [("NVIDIA GeForce RTX 3080", "8.6")],
            id="cupy",
        ),
        pytest.param(
            "TensorRT thread 0: Found GPU NVIDIA GeForce RTX 5080 memory 17 compute capability major 12 minor 0\n",
            [("NVIDIA GeForce RTX 5080", "12.0")],
            id="katago",
        ),
        pytest.param(
            "NVRM: The NVIDIA GeForce GTX 970 GPU installed in this system is\n",
            [("NVIDIA GeForce GTX 970", "5.2")],
            id="nvrm",
        ),
        pytest.param("NVRM: The NVIDIA GPU 0000:02:00.0 (PCI ID: 10de:2c31)\n", [(None, "12.0")], id="pci-id"),
        pytest.param(
            "Nov 21 09:14:55 gpu-worker tts[77]:     NVIDIA GeForce GTX 1070 with CUDA capability sm_61 is not "
            "compatible with the current PyTorch installation.\n",
            [("NVIDIA GeForce GTX 1070", "6.1")],
            id="journal",
        ),
        pytest.param(
            "2026-03-02T09:14:07Z gpu-node-3 Tesla K80 with CUDA capability sm_37 is not compatible with the current "
            "PyTorch installation.\n",
            [("Tesla K80", "3.7")],
            id="unknown-prefix",
        ),
        pytest.param("the host gpu-box is up\nGeForce NOW is a service\nTesla makes cars\n", [], id="no-gpu"),
        pytest.param("|   0  NVIDIA GeForce ...  Off  | 00000000:01:00.0 Off |   N/A |\n", [], id="cut-too-short"),
    ],
)
def test_gpus_are_named(text: str, expected: list[tuple[str | None, str]]) -> None:
    assert devices(text) == expected


def test_a_cut_name_and_the_whole_are_one_gpu() -> None:
    log = TABLE + "  Device 0: NVIDIA GeForce RTX 3070 Ti, compute capability 8.6, VMM: yes\n"
    assert devices(log)[0] == ("NVIDIA GeForce RTX 3070 Ti", "8.6")


def test_the_gpu_that_a_program_complains_of_is_the_subject() -> None:
    report = read(TABLE + "Found GPU1 Quadro P4000 which is of cuda capability 6.1.\n")
    assert report.target is not None
    assert report.target.name == "Quadro P4000"


class TestPyTorchsOwnList:
    @pytest.mark.parametrize(
        ("capability", "said", "outcome"),
        [
            pytest.param("12.1", "is\n    (8.0) - (12.0)", "runs", id="range-same-major"),
            pytest.param("6.1", "is\n    (7.0) - (12.0)", "fails", id="range-below"),
            pytest.param("12.0", "is\n    (5.0) - (9.0)", "jit-or-fails", id="range-above"),
        ],
    )
    def test_a_range_gives_a_verdict(self, capability: str, said: str, outcome: str) -> None:
        report = read(
            f"    Found GPU0 NVIDIA X which is of cuda capability {capability}.\n"
            f"    Minimum and Maximum cuda capability supported by this version of PyTorch {said}\n"
        )
        assert report.verdict is not None
        assert report.verdict.outcome.value == outcome

    @pytest.mark.parametrize(
        ("capability", "outcome"), [("7.0", "fails"), ("8.9", "runs"), ("12.1", "runs"), ("12.0", "built-for")]
    )
    def test_a_table_gives_a_verdict(self, capability: str, outcome: str) -> None:
        report = read(
            f"UserWarning: Found GPU0 NVIDIA X which is of compute capability (CC) {capability}.\n"
            "The following list shows the CCs this version of PyTorch was built for and the hardware CCs it supports:\n"
            "- 7.5 which supports hardware CC >=7.5,<8.0\n"
            "- 8.0 which supports hardware CC >=8.0,<9.0 except {8.7}\n"
            "- 12.0 which supports hardware CC >=12.0,<13.0\n"
        )
        assert [str(arch) for arch in report.facts.torch.archs] == ["sm_75", "sm_80", "sm_120"]
        assert report.verdict is not None
        assert report.verdict.outcome.value == outcome

    def test_get_arch_list_gives_a_verdict(self) -> None:
        report = read("(torch) NVIDIA GeForce RTX 5090\n['sm_80', 'sm_90', 'compute_90']\n")
        assert report.verdict is None  # the name is not alone on its line
        report = read("NVIDIA GeForce RTX 5090\n['sm_80', 'sm_90', 'compute_90']\n")
        assert report.verdict is not None
        assert report.verdict.by_ptx

    def test_a_minimum_gives_a_verdict(self) -> None:
        report = read(
            "Found GPU0 Tesla K40m which is of cuda capability 3.5.\nPyTorch no longer supports this GPU because it is "
            "too old.\nThe minimum cuda capability supported by this library is 3.7.\n"
        )
        assert report.verdict is not None
        assert report.verdict.outcome.value == "fails"


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Nvidia driver version: 550.54.14\n", "driver", "550.54.14"),
        ("NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build\n", "driver", "580.95.05"),
        ('-- Found CUDAToolkit: /usr/local/cuda/include (found version "12.6.77")\n', "toolkit", "12.6"),
        (
            "nvcc fatal : Unsupported gpu architecture 'compute_61'\n/usr/local/cuda-13.0/bin/nvcc -c x.cu\n",
            "toolkit",
            None,
        ),
        (
            "/usr/local/cuda-13.0/bin/nvcc -c x.cu: nvcc fatal : Unsupported gpu architecture 'compute_61'\n",
            "toolkit",
            "13.0",
        ),
        ("[pip3] nvidia-cuda-nvrtc-cu12==12.8.93\n", "nvrtc", "12.8"),
        ("NVRTC Version                : (13, 0)\n", "nvrtc", "13.0"),
    ],
)
def test_versions_are_read(text: str, name: str, value: str | None) -> None:
    found = getattr(facts(text), name)
    assert (str(found) if found is not None else None) == value


@pytest.mark.parametrize(
    ("gpu", "outcome", "id_"),
    [
        ("NVIDIA GB10", "runs", "torch-warning-harmless"),
        ("NVIDIA GeForce GTX 1080", "fails", "torch-no-kernels-for-gpu"),
    ],
)
def test_a_version_alone_gives_the_verdict_of_its_wheel(gpu: str, outcome: str, id_: str) -> None:
    capability = {"NVIDIA GB10": "12.1", "NVIDIA GeForce GTX 1080": "6.1"}[gpu]
    report = read(
        f"UserWarning: Found GPU0 {gpu} which is of compute capability (CC) {capability}.\n"
        "Your installed torch==2.13.0+cu130 does not include kernels for this GPU.\n"
    )
    assert report.verdict is not None
    assert report.verdict.outcome.value == outcome
    assert {match.signature.id for match in report.matches} == {id_}


def test_torch_s_version_is_read() -> None:
    assert facts("Your installed torch==2.13.0+cu130 does not include kernels\n").torch.version == "2.13.0+cu130"
    assert facts("PyTorch version: 2.5.1+cu124\n").torch.version == "2.5.1+cu124"


@pytest.mark.parametrize(
    ("arch", "said"),
    [("61", "which is too new for it"), ("120", None), ("75", None)],
    ids=["dropped", "newest", "kept"],
)
def test_the_release_in_the_log_is_held_to_the_architecture(arch: str, said: str | None) -> None:
    [match] = read(
        "Cuda compilation tools, release 13.0, V13.0.48\n"
        f"nvcc fatal   : Unsupported gpu architecture 'compute_{arch}'\n"
    ).matches
    assert match.gpu is not None
    assert ("too new" in match.gpu) is (said is not None)


def test_a_release_that_is_too_old_is_told() -> None:
    [match] = read(
        "Cuda compilation tools, release 12.4, V12.4.131\nnvcc fatal   : Unsupported gpu architecture 'compute_120'\n"
    ).matches
    assert match.gpu is not None
    assert "The log names CUDA 12.4, which is too old for it." in match.gpu
