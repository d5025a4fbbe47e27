"""Which GPUs a program sees: CUDA_VISIBLE_DEVICES against the GPUs of a machine."""

from __future__ import annotations

from cudacompat.domain.machine.facts import DriverFacts, Found, GpuDevice, HostFacts, LibcudaFacts, Missing
from cudacompat.domain.machine.visibility import Visibility, visibility
from cudacompat.domain.words.capability import ComputeCapability
from tests.helpers.each_row import each_case

FIRST = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"
SECOND = "GPU-8932aaaa-d72c-4106-c12f-20bd9faed9f6"
INSTANCE = "MIG-0f000001-0000-0000-0000-000000000001"


def gpu(
    index: int, name: str = "NVIDIA H100", uuid: str | None = FIRST, mig: tuple[str, ...] | None = None
) -> GpuDevice:
    capability = ComputeCapability(9, 0) if "H100" in name else ComputeCapability(12, 0)
    return GpuDevice(index, name, capability, uuid, None, None, bus_id=f"0000:0{index + 1}:00.0", mig=mig)


TWO = (gpu(0), gpu(1, uuid=SECOND))
UNLIKE = (gpu(0), gpu(1, "NVIDIA GeForce RTX 5090", SECOND))


def seen(value: str | None, gpus: tuple[GpuDevice, ...] = TWO, order: str | None = None, *shown: str) -> Visibility:
    environment = [("CUDA_VISIBLE_DEVICES", value), ("CUDA_DEVICE_ORDER", order)]
    libcuda = Found(LibcudaFacts(None, None, None, 0, shown), "libcuda.so.1") if shown else Missing("libcuda", ())
    return visibility(
        HostFacts(
            Found(gpus, "NVML"),
            Found(DriverFacts(None, None), "NVML"),
            environment=tuple((name, text) for name, text in environment if text is not None),
            libcuda=libcuda,
        )
    )


def indexes(visible: Visibility) -> list[int]:
    return [each.index for each in visible.seen]


@each_case(
    ("value", "expected", "ended_by"),
    [
        (None, [0, 1], None),
        ("0,1", [0, 1], None),
        ("1,0", [1, 0], None),
        ("1", [1], None),
        (" 1 , 0 ", [1, 0], None),
        ("", [], ""),
        ("-1", [], "-1"),
        ("all", [], "all"),
        ("NoDevFiles", [], "NoDevFiles"),
        ("2", [], "2"),
        ("0,2,1", [0], "2"),
        ("0,-1,1", [0], "-1"),
        ("1,", [1], ""),
        ("1,1", [], "1"),
        ("01,1", [], "1"),
        (f"{FIRST},GPU-8932f", [], "GPU-8932f"),
        (f"0,{FIRST}", [0], None),
        ("0,2,0", [0], "2"),
        ("2,0,0", [], "2"),
        (FIRST, [0], None),
        (f"{SECOND},{FIRST}", [1, 0], None),
        ("GPU-8932f", [0], None),
        ("gpu-8932f", [], "gpu-8932f"),
        ("GPU-8932", [], "GPU-8932"),
        ("GPU-deaddead", [], "GPU-deaddead"),
        (f"0,{SECOND}", [0, 1], None),
        (INSTANCE, [], INSTANCE),
        ("99999999999999999999", [], "99999999999999999999"),
        ("18446744073709551617", [], "18446744073709551617"),
        ("4294967297", [1], None),
        ("0;1", [0], None),
        ("0 1", [0], None),
        ("0-1", [0], None),
        ("0x1,1", [0, 1], None),
        ("1.0,0", [1, 0], None),
        ("1abc", [1], None),
        ("1,1a", [], "1a"),
        ("+1", [1], None),
        ("-0,1", [0, 1], None),
        ("0,+0", [], "+0"),
        ("+-1", [], "+-1"),
        ("+ 1", [], "+ 1"),
        ("--1", [], "--1"),
        ("[0]", [], "[0]"),
        ("'0'", [], "'0'"),
        ("\n1\n", [1], None),
        ("\u0661", [], "\u0661"),
        (f"{FIRST}xyz", [0], None),
        (FIRST.upper(), [0], None),
        (FIRST.lower(), [], FIRST.lower()),
        (f" {FIRST}", [], FIRST),
        (f"{FIRST} ", [0], None),
    ],
)
def test_a_list_ends_before_its_first_invalid_entry(
    value: str | None, expected: list[int], ended_by: str | None
) -> None:
    visible = seen(value)
    assert (indexes(visible), visible.ended_by) == (expected, ended_by)
    assert len(visible.seen) + len(visible.hidden) == 2
    assert (visible.why is None) == (ended_by is None)
    assert visible.doubtful is None


def test_a_mig_instance_shows_its_gpu() -> None:
    split = (gpu(0), gpu(1, uuid=SECOND, mig=(INSTANCE,)))
    assert indexes(seen(INSTANCE, split)) == [1]
    assert indexes(seen(f"MIG-{SECOND}/1/0", split)) == [1]
    assert seen(f"MIG-{FIRST[:-1]}0/1/0", split).ended_by == f"MIG-{FIRST[:-1]}0/1/0"
    assert seen(INSTANCE.replace("f", "e"), split).seen == ()


def test_ids_that_are_not_known_hide_nothing() -> None:
    nameless = (gpu(0, uuid=None), gpu(1, uuid=None))
    visible = seen(FIRST, nameless)
    assert (indexes(visible), visible.hidden) == ([0, 1], ())
    assert visible.doubtful == "the ids of the GPUs are not known"


def test_a_number_among_unlike_gpus_is_in_doubt_without_the_bus_s_order() -> None:
    assert seen("0", UNLIKE).doubtful is not None
    assert indexes(seen("0", UNLIKE)) == [0, 1]
    assert seen("0", UNLIKE, "FASTEST_FIRST").doubtful is not None
    assert indexes(seen("0", UNLIKE, "PCI_BUS_ID")) == [0]
    assert indexes(seen("1,0", UNLIKE)) == [1, 0]  # all of them, whatever the order
    assert indexes(seen(SECOND, UNLIKE)) == [1]


def test_what_libcuda_shows_decides_where_the_order_is_in_doubt() -> None:
    visible = seen("0", UNLIKE, None, "0000:02:00.0")
    assert (indexes(visible), [each.index for each in visible.hidden]) == ([1], [0])
    assert seen("0", UNLIKE, None, "ffff:02:00.0").doubtful is not None


def test_no_gpu_and_no_variable() -> None:
    assert visibility(HostFacts(Missing("GPU", ()), Missing("driver", ()))) == Visibility(())
