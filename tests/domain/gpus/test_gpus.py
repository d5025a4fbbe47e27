"""GPUs by every way in which people name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.domain.gpus.lookup import Gpu, resolve, search, similar
from cudacompat.domain.tables.architectures import ARCHITECTURES, architecture
from cudacompat.domain.tables.pci_ids import devices
from cudacompat.domain.tables.toolkits import RELEASES
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.judged_target import JudgedTarget
from tests.helpers.each_row import each_case
from tests.helpers.newest import UNKNOWN_ARCH, UNKNOWN_CAPABILITY

TI = "NVIDIA GeForce RTX 5070 Ti"
HOSTILE = [
    "[/red]",
    "[bold]x[/bold]",
    "\x1b[31m",
    "%s{0}",
    "a" * 100_000,
    "\x00",
    "[" * 99,
    "٣٤",
    "'\"",
    "🦀",
    "()",
]


@each_case(
    ("spec", "name", "capability"),
    [
        ("5070 ti", TI, "12.0"),
        ("rtx 5070 ti", TI, "12.0"),
        ("RTX5070Ti", TI, "12.0"),
        ("  GeForce RTX 5070 Ti ", TI, "12.0"),
        ("NVIDIA GeForce RTX 5070 Ti", TI, "12.0"),
        ("10de:2c05", TI, "12.0"),
        ("10DE:2C05", TI, "12.0"),
        ("2c05", TI, "12.0"),
        ("RTX 5070 Ti Laptop GPU", "NVIDIA GeForce RTX 5070 Ti Laptop GPU", "12.0"),
        ("rtx 5070 ti mobile", "NVIDIA GeForce RTX 5070 Ti Laptop GPU", "12.0"),
        ("RTX 5070", "NVIDIA GeForce RTX 5070", "12.0"),
        ("5090 D", "NVIDIA GeForce RTX 5090 D", "12.0"),
        ("H200", "NVIDIA H200", "9.0"),
        ("H100", "NVIDIA H100", "9.0"),
        ("B300", "NVIDIA B300", "10.3"),
        ("GB10", "NVIDIA GB10", "12.1"),
        ("dgx spark", "NVIDIA GB10", "12.1"),
        ("T4", "Tesla T4", "7.5"),
        ("tesla t4", "Tesla T4", "7.5"),
        ("A100", "NVIDIA A100", "8.0"),
        ("a2", "NVIDIA A2", "8.6"),
        ("RTX 6000 Ada", "NVIDIA RTX 6000 Ada Generation", "8.9"),
        ("quadro rtx 6000", "Quadro RTX 6000", "7.5"),
        ("P2000", "Quadro P2000", "6.1"),
        ("Quadro M620", "Quadro M620 Mobile", "5.0"),
        ("GTX 580", "GeForce GTX 580", "2.0"),
        ("Jetson Nano", "Jetson Nano", "5.3"),
        ("thor", "Jetson AGX Thor", "11.0"),
        ("2080", "NVIDIA GeForce RTX 2080", "7.5"),  # also the PCI id of a GA100
    ],
)
def test_a_product(spec: str, name: str, capability: str) -> None:
    target = resolve(spec)
    assert (target.id, target.name, str(target.capability), target.arch) == (name, name, capability, None)


@pytest.mark.parametrize(
    ("spec", "id_", "capability"),
    [
        ("12.0", "12.0", "12.0"),
        (" 5.3 ", "5.3", "5.3"),
        ("GB203", "12.0", "12.0"),
        ("GP104", "6.1", "6.1"),
        ("hopper", "9.0", "9.0"),
        ("ada", "8.9", "8.9"),
    ],
)
def test_a_capability(spec: str, id_: str, capability: str) -> None:
    target = resolve(spec)
    assert (target.id, target.name, str(target.capability), target.arch) == (id_, None, capability, None)


@pytest.mark.parametrize(
    ("spec", "name", "capability"),
    [
        ("orin", "Orin", "8.7"),
        ("jetson  ORIN", "Jetson Orin", "8.7"),
        ("rtx pro 6000", "RTX PRO 6000", "12.0"),
        ("NVIDIA A800", "A800", "8.0"),
        ("A800 80GB", "A800 80GB", "8.0"),
    ],
)
def test_several_products_of_one_capability_keep_the_name_that_they_share(
    spec: str, name: str, capability: str
) -> None:
    target = resolve(spec)
    assert (target.id, target.name, str(target.capability)) == (name, name, capability)
    assert resolve(target.id) == target


@pytest.mark.parametrize(
    ("spec", "capability"),
    [
        ("sm_90a", "9.0"),
        ("SM_120", "12.0"),
        ("compute_80", "8.0"),
        ("compute_90", "9.0"),
        ("sm_100f", "10.0"),
        ("sm_101", "10.1"),
    ],
)
def test_an_architecture(spec: str, capability: str) -> None:
    target = resolve(spec)
    assert (target.id, str(target.arch), str(target.capability)) == (spec.lower(), spec.lower(), capability)


@pytest.mark.parametrize(
    ("spec", "id_", "name"),
    [
        ("10de:1287", "10de:1287", "GeForce GT 730"),  # chips of 2.1 and 3.0 bear that name too
        ("10de:1e30", "10de:1e30", "Quadro RTX 6000 / Quadro RTX 8000"),
        ("10de:2924", "10de:2924", None),
    ],
)
def test_a_device_whose_name_says_too_little(spec: str, id_: str, name: str | None) -> None:
    target = resolve(spec)
    assert (target.id, target.name) == (id_, name)


@each_case(
    ("spec", "said"),
    [
        ("GeForce GT 730", ["3.5", "3.0", "2.1", "10de:1287", "10de:0fc9", "10de:0f02", "PCI ID"]),
        ("gtx 860m", ["5.0", "3.0", "10de:1392"]),  # which NVIDIA sold with two chips
        ("DGX Station", ["DGX Station GB300 (10.3)", "DGX Station A100 (8.0)", "7.0", "6.0"]),
        ("RTX 6000 48GB", ["'RTX 6000 48GB'", "Quadro RTX 6000", "NVIDIA RTX 6000 Ada Generation"]),
        ("RTX 6000", ["Quadro RTX 6000", "NVIDIA RTX 6000 Ada Generation", "RTX PRO 6000 Blackwell"]),
        ("quadro", ["GPUs of compute capability", "7.5"]),
        ("blackwell", ["10.0", "10.3", "12.0", "12.1"]),
        ("120", ["sm_120", "GeForce GT 120"]),
        ("90a", ["sm_90a"]),
        ("RTX 9999", ["unknown", "RTX 9999"]),
        ("RTX 5071 Ti 16GB", ["unknown", TI]),
        ("Rubin CPX", ["unknown"]),  # not in the tables, and not guessed
        ("sm999", ["sm_999", "unknown to this version"]),
        ("0xffff", ["10de:ffff"]),
        (f"sm_{UNKNOWN_ARCH}", [f"sm_{UNKNOWN_ARCH}", "unknown to this version", "12.1"]),
        (f"compute_{UNKNOWN_ARCH}", [f"compute_{UNKNOWN_ARCH}", "unknown to this version"]),
        (str(UNKNOWN_CAPABILITY), [str(UNKNOWN_CAPABILITY), "unknown to this version", "12.1"]),
        ("sm_80a", ["sm_80a", "sm_80"]),
        ("sm_90?", ["invalid target"]),
        ("lto_90", ["invalid target"]),
        ("sm_", ["invalid target"]),
        ("10de:ffff", ["10de:ffff"]),
        ("1002:2c05", ["unknown"]),
        ("", ["no GPU named"]),
    ],
)
def test_what_cannot_be_resolved(spec: str, said: list[str]) -> None:
    with pytest.raises(UsageError) as error:
        resolve(spec)
    text = str(error.value)
    assert "\n" not in text
    assert all(part in text for part in said), text


ORIN_NX = "Jetson Orin NX"


@each_case(
    ("spec", "id_", "capability"),
    [
        # an architecture and a capability in the forms of other tools
        ("sm89", "sm_89", "8.9"),
        ("SM 86", "sm_86", "8.6"),
        ("compute-90", "compute_90", "9.0"),
        ("sm_8.6", "sm_86", "8.6"),
        ("9.0a", "sm_90a", "9.0"),
        ("10.0f", "sm_100f", "10.0"),
        ("cc 7.5", "7.5", "7.5"),
        # a PCI id
        ("0x2c05", TI, "12.0"),
        ("10de2c05", TI, "12.0"),
        ("0x10DE:0x2C05", TI, "12.0"),
        ("[10de:2c05] (rev a1)", TI, "12.0"),
        ("0x233510DE", "NVIDIA H200", "9.0"),
        ("PCI\\VEN_10DE&DEV_2C05&SUBSYS_00000000", TI, "12.0"),
        ("pci:v000010DEd00002C05sv00001458sd0000418Fbc03", TI, "12.0"),
        # the size and the kind of memory, form and maker
        ("RTX 5070 Ti 16GB", TI, "12.0"),
        ("5070ti16g", TI, "12.0"),
        ("RTX 4070 SUPER-12G", "NVIDIA GeForce RTX 4070 SUPER", "8.9"),
        ("A30-24GB", "NVIDIA A30", "8.0"),
        ("GTX 1060 3GB", "GeForce GTX 1060 3GB", "6.1"),  # a product of its own
        ("ASUS RTX 3060 12 GB OC", "NVIDIA GeForce RTX 3060", "8.6"),
        ("DGX H200", "NVIDIA H200", "9.0"),
        ("GB200 NVL72", "NVIDIA GB200", "10.0"),
        # a share of a GPU
        ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "NVIDIA A100-SXM4-40GB", "8.0"),
        ("H100 80GB HBM3 MIG 1c.2g.20gb", "NVIDIA H100 80GB HBM3", "9.0"),
        ("nvidia_h100_80gb_hbm3_1g.10gb", "NVIDIA H100 80GB HBM3", "9.0"),
        ("A30 MIG 1g.6gb+me", "NVIDIA A30", "8.0"),
        ("Tesla-T4-SHARED", "Tesla T4", "7.5"),
        ("GRID T4-8Q", "Tesla T4", "7.5"),
        ("NVIDIA A10-12C", "NVIDIA A10", "8.6"),
        ("GRID V100DX-32Q", "NVIDIA V100", "7.0"),
        ("A100-4-20C", "NVIDIA A100", "8.0"),
        ("H100XM-80C", "NVIDIA H100", "9.0"),
        ("GRID RTX6000P-4B", "Quadro RTX 6000", "7.5"),  # vGPU types have the Quadro under this name alone
        ("NVIDIA RTX Pro 6000 Blackwell DC-4-96Q", "RTX PRO 6000 Blackwell", "12.0"),
        ("RTX6000-Ada-48Q", "NVIDIA RTX 6000 Ada Generation", "8.9"),
        # modules and systems
        ("IGX Orin", "IGX Orin", "8.7"),
        ("IGX Thor", "IGX Thor", "11.0"),
        ("NVIDIA Thor", "Jetson AGX Thor", "11.0"),
        ("Orin NX 16GB", ORIN_NX, "8.7"),
        ("Jetson Orin Nano Super", "Jetson Orin Nano Super", "8.7"),
        ("Jetson Nano 2GB", "Jetson Nano", "5.3"),
        ("Xavier", "Xavier", "7.2"),
        ("Orin (nvgpu)", "Orin", "8.7"),  # nvidia-smi on the board
        ("NVIDIA Tegra X2", "Tegra X2", "6.2"),  # deviceQuery there
        ("DGX Station GB300", "DGX Station GB300", "10.3"),
        ("Rubin", "10.7", "10.7"),
        ("VR200", "Vera Rubin VR200", "10.7"),
        # laptops
        ("RTX 4060M", "NVIDIA GeForce RTX 4060 Laptop GPU", "8.9"),
        ("GTX 950 Mobile", "GeForce GTX 950M", "5.0"),  # the desktop's is 5.2
        ("GTX 1080 Max-Q", "GeForce GTX 1080", "6.1"),
        # a name that one list alone gives to another chip as well
        ("GT 1030", "GeForce GT 1030", "6.1"),
        ("GTX 750 Ti", "GeForce GTX 750 Ti", "5.0"),
        ("10de:11c7", "10de:11c7", "3.0"),
        # run together, as schedulers have it
        ("rtxproserver6000", "NVIDIA RTX PRO 6000 Blackwell Server Edition", "12.0"),
        ("teslav100sxm232gb", "Tesla V100 SXM2 32GB", "7.0"),
    ],
)
def test_what_people_write(spec: str, id_: str, capability: str) -> None:
    target = resolve(spec)
    assert (target.id, str(target.capability)) == (id_, capability)


def test_a_stray_device_is_told_apart_from_the_product_of_its_name() -> None:
    assert resolve("10de:11c7").name == resolve("GTX 750 Ti").name
    assert {str(gpu.capability) for gpu in search("GTX 750 Ti")} == {"5.0", "3.0"}


@each_case("spec", HOSTILE)
def test_hostile_input_is_unknown_and_quoted(spec: str) -> None:
    with pytest.raises(UsageError) as error:
        resolve(spec)
    assert len(str(error.value)) < 700
    assert str(error.value).isprintable()
    assert search(spec) == ()


def outcome(spec: str) -> JudgedTarget | str:
    """The target, or the error's text."""
    try:
        return resolve(spec)
    except UsageError as error:
        return str(error)


@given(st.text(max_size=120))
def test_any_text_resolves_or_is_a_usage_error(spec: str) -> None:
    search(spec)
    found = outcome(spec)
    assert found.isprintable() if isinstance(found, str) else architecture(found.capability)


def test_every_pci_id_resolves_to_its_own_capability() -> None:
    for device_id, device in devices().items():
        assert resolve(f"10de:{device_id}").capability == device.capability


def test_every_name_leads_back_to_its_gpu() -> None:
    """By name, a product is itself or, where chips of several capabilities share the name, an error."""
    capabilities: dict[str, set[str]] = {}
    strays = {f"10de:{device.device_id}" for device in devices().values() if device.stray}
    assert len(strays) == 2
    for gpu in search(""):
        if strays.issuperset(gpu.pci_ids) and gpu.pci_ids:
            continue
        capabilities.setdefault(gpu.name.lower(), set()).add(str(gpu.capability))
    for gpu in search(""):
        if "no product name" in gpu.name:
            continue
        found = outcome(gpu.name)
        if isinstance(found, str):
            assert "several compute capabilities" in found, gpu
        else:
            assert capabilities[gpu.name.lower()] == {str(found.capability)}, gpu


def test_every_target_of_every_toolkit_resolves() -> None:
    for arch in {arch for row in RELEASES for arch in row.targets}:
        assert resolve(f"sm_{arch}").arch is not None
    for row in ARCHITECTURES:
        assert resolve(str(row.capability)).capability == row.capability


# -- search


def names(found: tuple[Gpu, ...]) -> list[str]:
    return [gpu.name for gpu in found]


def test_search_puts_the_exact_name_first() -> None:
    assert names(search("5070 ti")) == [TI, f"{TI} Laptop GPU"]
    assert names(search("h200"))[:2] == ["NVIDIA H200", "NVIDIA H200 NVL"]
    assert names(search("t4"))[0] == "Tesla T4"
    assert names(search("rtx 2080"))[0] == "NVIDIA GeForce RTX 2080"


def test_search_by_everything_else() -> None:
    assert search("10de:2c05") == search("2c05") == search("5070 ti")[:1]
    assert TI in names(search("GB203"))
    assert search("12.0") == search("sm_120") == search("compute_120a")
    assert {str(gpu.capability) for gpu in search("blackwell")} == {"10.0", "10.3", "11.0", "12.0", "12.1"}
    assert {gpu.chip for gpu in search("GK208")} == {"GK208", "GK208B"}
    assert "Jetson Orin NX" in names(search("8.7"))
    assert names(search("gb10")) == ["NVIDIA GB10"]
    assert any("10de:2080" in gpu.pci_ids for gpu in search("2080"))
    assert search("no such card") == search(str(UNKNOWN_CAPABILITY)) == search("10de:ffff") == ()


def test_search_takes_a_number_as_tools_write_a_capability() -> None:
    found = search("90")
    assert {str(gpu.capability) for gpu in found[:5]} == {"9.0"}
    assert any(gpu.name == "NVIDIA GeForce RTX 5090" for gpu in found)
    assert search("1080")[0].name == "GeForce GTX 1080"


def test_the_whole_list() -> None:
    everything = search("")
    assert everything == search("  ") == search("")
    assert len(everything) == len(set(everything)) > 1000
    assert {pci_id for gpu in everything for pci_id in gpu.pci_ids} == {f"10de:{key}" for key in devices()}
    assert all(gpu.source and gpu.name for gpu in everything)
    numbers = [gpu.capability.number for gpu in everything]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("spec", ["gfx1100", "RX 7900 XTX", "MI300X", "Arc A770", "Apple M2", "AMD Instinct MI250"])
def test_a_gpu_of_another_maker_gets_no_similar_names(spec: str) -> None:
    with pytest.raises(UsageError, match="CUDA code runs on NVIDIA GPUs only"):
        resolve(spec)
    assert similar(spec) == ()


@pytest.mark.parametrize("spec", ["Tesla M2050", "RTX A400", "MX250 Max"])
def test_a_name_like_another_makers_still_gets_similar_ones(spec: str) -> None:
    assert similar(spec)


def test_a_number_without_a_space_before_its_letters_is_found_among_similar_names() -> None:
    assert similar("4090ti")[0] == similar("4090 ti")[0] == "NVIDIA GeForce RTX 4090"
