"""nvidia-smi: its real answers, and all that it prints in place of one."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cudacompat.domain.machine.facts import Found, GpuDevice, Missing
from cudacompat.domain.machine.troubles import Cause
from cudacompat.host.gpus import smi
from cudacompat.places.roots import Roots
from tests.helpers.each_row import each_case
from tests.helpers.machine import nvidia_smi, program, recorded, says

QUERY = recorded("nvidia-smi-query.csv")
BANNER = recorded("nvidia-smi.txt")
UUID = "GPU-00000000-0000-0000-0000-000000000000"


def row(
    index: object = 0,
    name: str = "NVIDIA H200",
    uuid: str = UUID,
    bus: str = "00000000:00:06.0",
    device: str = "0x233510DE",
    capability: str | None = "9.0",
    driver: str = "580.159.04",
    memory: str = "143771 MiB",
) -> str:
    fields = [str(index), name, uuid, bus, device, capability, driver, memory]
    return ", ".join(field for field in fields if field is not None)


def gpus_of(text: str) -> list[str]:
    found = smi.parse_gpus(text)
    assert isinstance(found, Found), found
    return [f"{gpu.index} {gpu.name} {gpu.capability} {gpu.pci_id}" for gpu in found.value]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, and no other nvidia-smi is known."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(smi, "_UNDER_USR", ())
    return tmp_path


class TestRecorded:
    def test_the_row_made_here_is_the_recorded_one(self) -> None:
        assert row() == QUERY.strip()

    def test_the_gpu(self) -> None:
        found = smi.parse_gpus(QUERY)
        assert isinstance(found, Found)
        (gpu,) = found.value
        assert gpu == GpuDevice(0, "NVIDIA H200", gpu.capability, UUID, "10de:2335", 143771 << 20)
        assert str(gpu.capability) == "9.0"
        assert found.found_via == "nvidia-smi"

    def test_it_agrees_with_what_nvidia_smi_says_as_xml(self) -> None:
        root = ET.fromstring(recorded("nvidia-smi-q.xml"))
        card = root.find("gpu")
        assert card is not None
        found, driver = smi.parse_gpus(QUERY), smi.parse_banner(BANNER)
        assert isinstance(found, Found)
        assert isinstance(driver, Found)
        (gpu,) = found.value
        assert gpu.name == card.findtext("product_name")
        assert gpu.uuid == card.findtext("uuid")
        assert f"{gpu.pci_id[5:]}10DE".upper() == card.findtext("pci/pci_device_id") if gpu.pci_id else False
        assert gpu.memory_bytes is not None
        assert f"{gpu.memory_bytes >> 20} MiB" == card.findtext("fb_memory_usage/total")
        assert str(driver.value.release) == root.findtext("driver_version")
        assert str(driver.value.cuda) == root.findtext("cuda_version")

    def test_the_banner(self) -> None:
        found = smi.parse_banner(BANNER)
        assert isinstance(found, Found)
        assert (str(found.value.release), str(found.value.cuda)) == ("580.159.04", "13.0")

    def test_run_as_a_program(self, folder: Path) -> None:
        nvidia_smi(folder, QUERY, BANNER)
        assert smi.gpus() == smi.parse_gpus(QUERY)
        assert smi.driver() == smi.parse_banner(BANNER)


class TestOddRows:
    def test_several_gpus_of_several_kinds(self) -> None:
        text = "\n".join(
            [
                row(0, "NVIDIA GeForce RTX 5070 Ti", device="0x2C0510DE", capability="12.0"),
                row(1, "NVIDIA GeForce RTX 3060", device="0x250310DE", capability="8.6"),
                row(2, "NVIDIA H200"),
            ]
        )
        assert gpus_of(text) == [
            "0 NVIDIA GeForce RTX 5070 Ti 12.0 10de:2c05",
            "1 NVIDIA GeForce RTX 3060 8.6 10de:2503",
            "2 NVIDIA H200 9.0 10de:2335",
        ]

    @pytest.mark.parametrize("capability", ["[N/A]", "N/A", "[Not Supported]", "[Unknown Error]", "ERR!", ""])
    def test_a_capability_that_is_not_told_comes_from_the_pci_id(self, capability: str) -> None:
        assert gpus_of(row(capability=capability)) == ["0 NVIDIA H200 9.0 10de:2335"]

    def test_nothing_is_guessed_for_an_unknown_card(self) -> None:
        text = "\n".join([row(0), row(1, "NVIDIA Graphics Device", device="0xFFFF10DE", capability="[N/A]")])
        found = smi.parse_gpus(text)
        assert isinstance(found, Found)
        assert [gpu.index for gpu in found.value] == [0]
        assert found.found_via == "nvidia-smi, but GPU 1 (10de:ffff): compute capability not told"

    def test_a_name_is_no_evidence_for_a_capability(self) -> None:
        said = smi.parse_gpus(row(name="NVIDIA GeForce RTX 5070 Ti", device="[N/A]", capability="[N/A]"))
        assert said == Missing("GPU", ("nvidia-smi (GPU 0 (NVIDIA GeForce RTX 5070 Ti): compute capability not told)",))

    @pytest.mark.parametrize("memory", ["[N/A]", "[Not Supported]", "0 MiB", "[Insufficient Permissions]"])
    def test_memory_that_is_not_told_is_none(self, memory: str) -> None:
        found = smi.parse_gpus(row(memory=memory))
        assert isinstance(found, Found)
        assert found.value[0].memory_bytes is None

    def test_a_uuid_of_another_form_is_none(self) -> None:
        found = smi.parse_gpus(row(uuid="[N/A]"))
        assert isinstance(found, Found)
        assert found.value[0].uuid is None

    def test_a_gpu_split_into_instances_is_one_gpu(self) -> None:
        # MIG: memory of the whole GPU is told, or N/A to those without the permission
        assert gpus_of(row(name="NVIDIA H100 80GB HBM3", device="0x233010DE", memory="[Insufficient Permissions]")) == [
            "0 NVIDIA H100 80GB HBM3 9.0 10de:2330"
        ]

    def test_warnings_around_the_answer_are_passed_over(self) -> None:
        text = f"{row()}\nWARNING: infoROM is corrupted at gpu 0000:00:06.0\n\n"
        assert gpus_of(text) == ["0 NVIDIA H200 9.0 10de:2335"]

    def test_windows_line_ends(self) -> None:
        assert gpus_of(row() + "\r\n" + row(1) + "\r\n")[1] == "1 NVIDIA H200 9.0 10de:2335"

    @each_case(
        "text",
        [
            "No devices were found",
            "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.159",
            'Field "compute_cap" is not a valid field to query.',
            "9.0",
            "index, name, uuid",
            "0, NVIDIA H200",
            row(index="-1"),
            row(index="[N/A]"),
            row(name=""),
        ],
    )
    def test_anything_else_is_no_gpu(self, text: str) -> None:
        said = smi.parse_gpus(text)
        assert isinstance(said, Missing)
        assert said.tried[0].startswith("nvidia-smi (not understood: ")

    @pytest.mark.parametrize(
        ("line", "gpu"),
        [
            ("Unable to determine the device handle for gpu 0000:01:00.0: GPU is lost.", "0000:01:00.0"),
            ("Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error", "0000:34:00.0"),
            ("Unable to determine the device handle for GPU0000:07:00.0: Unknown Error", "0000:07:00.0"),
            ("Unable to determine the device handle for GPU 0000:09:00.0: Unknown Error", "0000:09:00.0"),
        ],
    )
    def test_a_lost_gpu_leaves_the_good_rows(self, line: str, gpu: str) -> None:
        for text in (f"{row()}\n{line}\n", f"{line}\n{row()}\n"):
            found = smi.parse_gpus(text)
            assert isinstance(found, Found)
            assert [each.name for each in found.value] == ["NVIDIA H200"]
            assert line.split(":")[-1].strip(" .") in found.found_via
            assert [(each.cause, each.gpu) for each in found.troubles] == [(Cause.GPU_LOST, gpu)]

    @pytest.mark.parametrize("value", ["[GPU is lost]", "[Unknown Error]", "[GPU requires reset]"])
    def test_a_row_of_a_lost_gpu_is_no_gpu(self, value: str) -> None:
        lost = row(1, value, uuid=value, capability=value, memory=value)
        found = smi.parse_gpus(f"{row()}\n{lost}\n")
        assert isinstance(found, Found)
        assert [each.index for each in found.value] == [0]
        assert [(each.cause, each.gpu) for each in found.troubles] == [(Cause.GPU_LOST, "1")]

    def test_a_corrupted_inforom_is_told_and_the_gpu_counts(self) -> None:
        found = smi.parse_gpus(f"{row()}\nWARNING: infoROM is corrupted at gpu 0000:B3:00.0\n")
        assert isinstance(found, Found)
        assert found.found_via == "nvidia-smi"
        assert [(each.cause, each.gpu) for each in found.troubles] == [(Cause.INFOROM, "0000:b3:00.0")]

    def test_nothing_at_all(self) -> None:
        assert smi.parse_gpus("") == Missing("GPU", ("nvidia-smi (it lists none)",))

    def test_a_stranger_s_line_is_cut(self) -> None:
        said = smi.parse_gpus("x" * 100_000)
        assert isinstance(said, Missing)
        assert len(said.tried[0]) < 200


class TestBanner:
    @pytest.mark.parametrize(
        ("line", "release", "cuda"),
        [
            ("| NVIDIA-SMI 470.57.02    Driver Version: 470.57.02    CUDA Version: 11.4     |", "470.57.02", "11.4"),
            ("| NVIDIA-SMI 535.54    Driver Version: 536.25       CUDA Version: 12.2     |", "536.25", "12.2"),  # WSL
            ("| NVIDIA-SMI 580.65.06   Driver Version: 580.65.06   CUDA Version: N/A   |", "580.65.06", "None"),
            ("| NVIDIA-SMI 580.65.06   Driver Version: 580.65.06   CUDA Version: ERR!  |", "580.65.06", "None"),
            ("| NVIDIA-SMI 390.157                Driver Version: 390.157                   |", "390.157", "None"),
            ("| NVIDIA-SMI 610.43   KMD Version: 610.43   CUDA UMD Version: 13.4 |", "610.43", "13.4"),
        ],
    )
    def test_forms(self, line: str, release: str, cuda: str) -> None:
        found = smi.parse_banner(f"Tue Nov 24 15:01:21 2026\n+---+\n{line}\n+---+\n")
        assert isinstance(found, Found)
        assert (str(found.value.release), str(found.value.cuda)) == (release, cuda)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "NVIDIA-SMI 580.65.06",
            "Driver Version: N/A CUDA Version: 13.0",
            "Driver Version: 1.2",
            "Driver Version: 580.999999.1",
        ],
    )
    def test_no_release_is_no_driver(self, text: str) -> None:
        assert smi.parse_banner(text) == Missing("driver", ("nvidia-smi (its answer shows no driver version)",))


class TestTheProgram:
    def test_none(self, folder: Path) -> None:
        assert smi.gpus() == Missing("GPU", ("nvidia-smi (not found)",))
        assert smi.driver() == Missing("driver", ("nvidia-smi (not found)",))

    def test_it_is_found_where_path_does_not_say(self, tmp_path: Path) -> None:
        nvidia_smi(tmp_path / "usr/lib/wsl/lib", QUERY, BANNER)
        assert isinstance(smi.gpus(Roots.under(tmp_path, {"PATH": str(tmp_path)})), Found)

    def test_driver_and_library_do_not_match(self, folder: Path) -> None:
        text = ["Failed to initialize NVML: Driver/library version mismatch", "NVML library version: 580.159"]
        says(folder / "nvidia-smi", *text, code=18)
        why = "driver/library version mismatch: the driver was updated while it ran; reboot or reload the driver"
        assert smi.gpus() == Missing("GPU", (f"nvidia-smi ({why})",))
        assert smi.driver() == Missing("driver", (f"nvidia-smi ({why})",))

    def test_its_own_first_words_say_why(self, folder: Path) -> None:
        text = (
            "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest "
            "NVIDIA driver is installed and running."
        )
        says(folder / "nvidia-smi", "", text, code=9)
        said = smi.gpus()
        assert isinstance(said, Missing)
        assert said.tried[0].startswith(
            "nvidia-smi (exit code 9: NVIDIA-SMI has failed because it couldn't communicate"
        )
        assert "\n" not in said.tried[0]

    @pytest.mark.parametrize("code", [14, 15, 255])
    def test_a_good_row_counts_whatever_the_exit_code(self, folder: Path, code: int) -> None:
        nvidia_smi(folder, QUERY, BANNER, code=code)
        assert smi.gpus() == smi.parse_gpus(QUERY)
        assert smi.driver() == smi.parse_banner(BANNER)

    def test_words_without_a_row_are_no_gpu_whatever_the_exit_code(self, folder: Path) -> None:
        nvidia_smi(folder, "No devices were found\n", "No devices were found\n", code=6)
        said, driver = smi.gpus(), smi.driver()
        assert isinstance(said, Missing)
        assert isinstance(driver, Missing)
        assert [trouble.cause for trouble in said.troubles] == [Cause.NO_DEVICES]

    def test_a_driver_that_does_not_know_the_field(self, folder: Path) -> None:
        without = row(capability=None, driver="470.57.02")
        program(
            folder / "nvidia-smi",
            f"""
            case "$1" in
                *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2 ;;
                *) echo '{without}' ;;
            esac
            """,
        )
        found = smi.gpus()
        assert isinstance(found, Found)
        assert [(gpu.name, str(gpu.capability)) for gpu in found.value] == [("NVIDIA H200", "9.0")]

    def test_it_hangs(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(smi, "_TIMEOUT_S", 0.5)
        program(folder / "nvidia-smi", "while :; do :; done")
        assert smi.gpus() == Missing("GPU", ("nvidia-smi (no answer within 0.5 s)",))

    def test_it_prints_without_end(self, folder: Path) -> None:
        program(folder / "nvidia-smi", f"while :; do echo '{row()}'; done")
        said = smi.gpus()
        assert isinstance(said, Missing)
        assert "printed more than" in said.tried[0]

    def test_it_is_no_program(self, folder: Path) -> None:
        (folder / "nvidia-smi").write_bytes(b"\x7fELF nonsense")
        (folder / "nvidia-smi").chmod(0o755)
        said = smi.gpus()
        assert isinstance(said, Missing)
        assert "could not be started" in said.tried[0]
