"""NVIDIA cards on the PCI bus, from trees like Linux's sysfs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cudacompat.host.gpus.pci import PciCard, cards, id_at
from cudacompat.places.roots import Roots


def device(root: Path, bus: str, vendor: str, number: str, kind: str, driver: str | None = None) -> Path:
    folder = root / "sys/bus/pci/devices" / bus
    folder.mkdir(parents=True)
    for name, value in (("vendor", vendor), ("device", number), ("class", kind)):
        (folder / name).write_text(value + "\n")
    if driver is not None:
        (root / "sys/bus/pci/drivers" / driver).mkdir(parents=True, exist_ok=True)
        (folder / "driver").symlink_to(root / "sys/bus/pci/drivers" / driver)
    return folder


@pytest.fixture
def bus(tmp_path: Path) -> Roots:
    """An RTX 5070 Ti with its audio, an H200, a NIC of NVIDIA's, and another vendor's card."""
    device(tmp_path, "0000:02:00.0", "0x10de", "0x2335", "0x030200", "vfio-pci")
    device(tmp_path, "0000:01:00.0", "0x10de", "0x2c05", "0x030000")
    device(tmp_path, "0000:01:00.1", "0x10de", "0x22e9", "0x040300", "snd_hda_intel")
    device(tmp_path, "0000:03:00.0", "0x15b3", "0x1021", "0x020000", "mlx5_core")
    device(tmp_path, "0000:00:02.0", "0x8086", "0x4680", "0x030000", "i915")
    return Roots.under(tmp_path, {})


def test_cards_in_bus_order_with_their_drivers(bus: Roots) -> None:
    assert cards(bus) == (PciCard("10de:2c05", None), PciCard("10de:2335", "vfio-pci"))


def test_two_alike_are_two(bus: Roots) -> None:
    device(bus.root, "0000:04:00.0", "0x10DE", "0x2335", "0x030200", "nvidia")
    assert [card.id for card in cards(bus)] == ["10de:2c05", "10de:2335", "10de:2335"]


def test_broken_entries_are_passed_over(bus: Roots) -> None:
    device(bus.root, "0000:05:00.0", "0x10de", "nonsense", "0x030000")
    (bus.sys / "bus/pci/devices/0000:06:00.0").mkdir()
    (bus.sys / "bus/pci/devices/0000:07:00.0").write_text("a file")
    (device(bus.root, "0000:08:00.0", "0x10de", "0x2335", "0x030200") / "device").write_bytes(b"\xff\xfe\x00")
    assert len(cards(bus)) == 2


def test_no_sysfs(tmp_path: Path) -> None:
    assert cards(Roots.under(tmp_path, {})) == ()


@pytest.mark.parametrize(
    ("address", "id_"),
    [
        ("0000:01:00.0", "10de:2c05"),
        ("0000:02:00.0", "10de:2335"),
        ("0000:00:02.0", None),
        ("0000:09:00.0", None),
        ("", None),
        ("..", None),
        ("../../../etc", None),
        ("\x00", None),
        ("x" * 5000, None),
    ],
)
def test_the_card_at_an_address(bus: Roots, address: str, id_: str | None) -> None:
    assert id_at(address, bus) == id_


def test_addresses_are_written_in_capitals_too(tmp_path: Path) -> None:
    device(tmp_path, "0000:0a:00.0", "0x10de", "0x2c05", "0x030000")
    assert id_at("0000:0A:00.0", Roots.under(tmp_path, {})) == "10de:2c05"
