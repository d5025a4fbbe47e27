"""The facts of a machine as a document: written, read again, kept private, and broken ones refused in one line."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.domain.machine.components import Component, FoundLibraries
from cudacompat.domain.machine.facts import (
    ContainerFacts,
    DriverFacts,
    DriverFiles,
    Found,
    GpuDevice,
    HostCompiler,
    HostFacts,
    JitCacheFacts,
    LibcudaFacts,
    Missing,
    PciCard,
    ToolFacts,
    ToolkitFacts,
)
from cudacompat.domain.machine.saved_facts import from_json, to_json
from cudacompat.domain.machine.troubles import Cause, Trouble
from cudacompat.domain.words.capability import ComputeCapability
from cudacompat.domain.words.errors import ParseError
from cudacompat.domain.words.versions import DriverCudaVersion, DriverRelease, ToolkitVersion
from tests.helpers.each_row import each_case
from tests.helpers.examples import at_most
from tests.helpers.fits import assert_fits

# Keys that a version wrote first when others had saved facts already: a document need not have them.
ADDED_LATER = {"facts.packages": ("users",)}
UUID = "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"

FULL = HostFacts(
    gpus=Found(
        (
            GpuDevice(0, "NVIDIA GeForce RTX 5070 Ti", ComputeCapability(12, 0), None, "10de:2c05", 16 << 30),
            GpuDevice(1, "NVIDIA GB10", ComputeCapability(12, 1), None, None, None),
        ),
        "NVML, but GPU 2: the GPU has fallen off the bus: reboot",
    ),
    driver=Found(DriverFacts(DriverRelease.parse("580.65.06"), DriverCudaVersion(13, 0), "open"), "NVML"),
    toolkits=(
        ToolkitFacts("/usr/local/cuda-12.4/bin/nvcc", ToolkitVersion(12, 4), True, "PATH"),
        ToolkitFacts("/opt/mystery/nvcc", None, False, "CUDA_HOME"),
        ToolkitFacts("/opt/new/nvcc", ToolkitVersion(19, 9), False, "CUDA_PATH", targets=("120", "130")),
    ),
    compilers=(HostCompiler("/usr/bin/g++", "gcc", "13.3.0", 13), HostCompiler("/opt/clang++", "clang", "19", 19, "x")),
    cmake=Found(ToolFacts("/usr/bin/cmake", "3.28.3"), "PATH"),
    container=ContainerFacts(True, "docker", "/.dockerenv"),
    packages=(
        Component(
            "torch",
            "2.8.0+cu128",
            "/opt/py/site-packages",
            ("/opt/py/site-packages/t.so",),
            found=FoundLibraries(
                12, ("libcufft.so.11",), ("libcublas.so.12",), reached_by="import x", compiler="NVRTC 12.4"
            ),
        ),
    ),
    environment=(("CUDA_HOME", "/usr/local/cuda"), ("CUDA_VISIBLE_DEVICES", "")),
    pci_cards=("10de:2c05", "10de:2c05"),
    platform="Ubuntu 24.04.2 LTS, Linux 6.8 x86_64",
    python="3.12.3",
    libc="glibc 2.39",
    notes=("CUDA_PATH=/nowhere: no nvcc there",),
)
LATER = ("pci_bus", "libcuda", "driver_files", "troubles", "jit_cache", "asked")
EMPTY = HostFacts(gpus=Missing("GPU", ("NVML (not found)", "nvidia-smi (not found)")), driver=Missing("driver", ()))


def schema() -> dict[str, Any]:
    text = resources.files("cudacompat").joinpath("schemas", "facts-1.json").read_text()
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def saved(facts: HostFacts) -> Any:
    """The document as a file holds it."""
    return json.loads(json.dumps(to_json(facts)))


class TestRoundTrip:
    @pytest.mark.parametrize("facts", [FULL, EMPTY], ids=["full", "empty"])
    def test_read_again_it_is_the_same(self, facts: HostFacts) -> None:
        assert from_json(saved(facts)) == facts

    @pytest.mark.parametrize("facts", [FULL, EMPTY], ids=["full", "empty"])
    def test_it_validates(self, facts: HostFacts) -> None:
        assert_fits(saved(facts), schema())

    def test_every_key_is_in_the_schema(self) -> None:
        def keys(value: Any, known: Any, place: str) -> None:
            if "oneOf" in known:
                known = next(each for each in known["oneOf"] if set(each["properties"]) == set(value))
            if isinstance(value, dict) and "additionalProperties" not in known:
                assert set(value) == set(known["properties"]) == {*known["required"], *ADDED_LATER.get(place, ())}, (
                    place
                )
                for key, each in value.items():
                    keys(each, known["properties"][key], f"{place}.{key}")
            elif isinstance(value, list):
                for each in value:
                    keys(each, known["items"], place)

        for facts in (FULL, EMPTY):
            keys(saved(facts), schema(), "facts")

    def test_keys_of_a_later_version_are_passed_over(self) -> None:
        document = saved(FULL)
        document["later"] = {"x": 1}
        document["gpus"]["value"][0]["later"] = 1
        assert from_json(document) == FULL

    def test_what_is_known_of_a_driver_in_trouble(self) -> None:
        gpu = GpuDevice(
            1, "NVIDIA H100", ComputeCapability(9, 0), UUID, "10de:2330", 80 << 30, "0000:0f:00.0", (UUID, UUID)
        )
        sick = replace(
            FULL,
            gpus=Found((gpu,), "NVML"),
            bus=(PciCard("10de:2330", "nvidia", "0000:0f:00.0"), PciCard("10de:1b80", None, None)),
            libcuda=Found(
                LibcudaFacts("/opt/stubs/libcuda.so", None, DriverCudaVersion(12, 8), 34, ("0000:0f:00.0",)), "x"
            ),
            driver_files=DriverFiles(
                ("nvidia", "nouveau"),
                (("nvidia0", False),),
                True,
                False,
                dxg=True,
                cdi=(("/etc/cdi/n.yaml", "570.86.10"),),
            ),
            troubles=(Trouble(Cause.GPU_LOST, "NVML: error 15", "0"), Trouble(Cause.STUB, "libcuda.so.1: error 34")),
            environment=(("CUDA_VISIBLE_DEVICES", "0"),),
            jit_cache=JitCacheFacts("/cache", 12, writable=True, mounted=None),
        )
        document = saved(sick)
        assert_fits(document, schema())
        again = from_json(document)
        assert (again.bus, again.libcuda, again.driver_files) == (sick.bus, sick.libcuda, sick.driver_files)
        assert (again.troubles, again.jit_cache) == (sick.troubles, sick.jit_cache)
        assert isinstance(again.gpus, Found)
        (read,) = again.gpus.value
        assert (read.bus_id, read.mig, read.visible) == ("0000:0f:00.0", ("", ""), False)
        assert saved(again) == document

    def test_a_cause_of_a_later_version_is_passed_over(self) -> None:
        document = saved(replace(FULL, troubles=(Trouble(Cause.GPU_LOST, "seen"),)))
        document["troubles"].append({"cause": "of-tomorrow", "seen": "x", "gpu": None})
        assert from_json(document).troubles == (Trouble(Cause.GPU_LOST, "seen"),)

    def test_names_in_any_script_and_undecodable_paths(self) -> None:
        odd = replace(FULL, platform="Лінукс 🦀", notes=("a\udcffb: \x1b[31m", "", "[bold]"))
        assert from_json(saved(odd)) == odd


def test_facts_saved_before_there_were_managers_are_still_read() -> None:
    older = saved(FULL)
    del older["packages"][0]["manager"]
    assert from_json(older) == FULL
    assert from_json(saved(replace(FULL, packages=(Component("x", "1", "/", ("/x.so",), "dpkg"),)))).packages == (
        Component("x", "1", "/", ("/x.so",), "dpkg"),
    )
    older["packages"][0]["manager"] = 5
    with pytest.raises(ParseError, match=r"packages\[0\].manager: expected a text"):
        from_json(older)


def test_facts_saved_before_libraries_were_looked_for_are_still_read() -> None:
    older = saved(FULL)
    del older["packages"][0]["found"], older["toolkits"][2]["targets"], older["driver_files"]["cdi"]
    read = from_json(older)
    assert (read.packages[0].found, read.toolkits[2].targets) == (FoundLibraries(), ())


def test_facts_saved_before_ways_were_say_them_in_a_sentence() -> None:
    older = saved(FULL)
    older["toolkits"][0]["found_via"] = "CUDACXX, PATH (/usr/bin/nvcc) and /usr/local/cuda"
    for each in (*older["toolkits"], *older["compilers"]):
        del each["ways"]
    read = from_json(older)
    assert read.toolkits[0].ways == ("CUDACXX", "PATH", "/usr/local/cuda")
    assert [each.ways for each in read.compilers] == [("PATH",), ("x",)]
    assert read.toolkits[0].is_found_by("CUDA_HOME", "PATH")
    assert not read.toolkits[0].is_found_by("/usr/local")


class TestPrivacy:
    @each_case(
        ("home", "text", "written"),
        [
            ("/home/ada", "/home/ada/cuda/bin/nvcc", "~/cuda/bin/nvcc"),
            ("/home/ada", "/home/ada", "~"),
            ("/home/ada/", "/home/ada/x", "~/x"),
            ("/home/ada", "/home/adam/x", "/home/<user>/x"),
            ("/home/ada", "/home/bob/x:/home/eve/y", "/home/<user>/x:/home/<user>/y"),
            ("/home/ada", "CUDA_HOME=/home/ada/cuda: no nvcc there", "CUDA_HOME=~/cuda: no nvcc there"),
            ("/home/ada", "/scratch/ada/miniconda/bin/nvcc", "/scratch/<user>/miniconda/bin/nvcc"),
            ("/home/ada", "/usr/lib/ada/x", "/usr/lib/ada/x"),
            ("/home/ada", "NVIDIA RTX 6000 Ada Generation", "NVIDIA RTX 6000 Ada Generation"),
            ("/root", "/root/.venv/x", "~/.venv/x"),
            ("/root", "/usr/local/cuda", "/usr/local/cuda"),
            (None, "/home/bob/x", "/home/<user>/x"),
            (None, "/Users/bob/x", "/Users/<user>/x"),
            (r"C:\Users\Ada", r"C:\Users\Ada\cuda\nvcc.exe", r"~\cuda\nvcc.exe"),
            (None, r"C:\Users\bob\cuda", r"C:\Users\<user>\cuda"),
            (None, f"{UUID},MIG-8932f937", "GPU-<uuid>,MIG-<uuid>"),
            (None, f"MIG-{UUID}/1/0", "MIG-GPU-<uuid>/1/0"),
            (None, "GPU-8932", "GPU-<uuid>"),
            (None, "GPU-accelerated", "GPU-accelerated"),
        ],
    )
    def test_what_is_written(self, home: str | None, text: str, written: str) -> None:
        facts = replace(
            FULL,
            home=home,
            notes=(text,),
            environment=(("CUDA_HOME", text),),
            toolkits=(ToolkitFacts(text, None, True, f"PATH ({text})"),),
            packages=(Component("x", "1", text, (text,), "dpkg"),),
            container=ContainerFacts(True, None, text),
            gpus=Missing("GPU", (text,)),
        )
        document = saved(facts)
        assert document["notes"] == [written]
        assert document["environment"] == {"CUDA_HOME": written}
        assert document["toolkits"][0]["path"] == written
        assert document["toolkits"][0]["found_via"] == f"PATH ({written})"
        package = {"name": "x", "version": "1", "location": written, "libraries": [written], "manager": "dpkg"}
        package |= {"requires": [], "compilers": [], "users": [], "device_code": None}
        package["found"] = {"release": None, "parts_lack": [], "elsewhere": [], "reached_by": "", "compiler": ""}
        assert document["packages"][0] == package
        assert document["container"]["evidence"] == written
        assert document["gpus"]["tried"] == [written]

    def test_a_gpu_s_uuid_and_the_home_itself_are_left_out(self) -> None:
        gpu = GpuDevice(0, "NVIDIA H200", ComputeCapability(9, 0), UUID, "10de:2335", 1)
        text = json.dumps(to_json(replace(FULL, gpus=Found((gpu,), "NVML"), home="/home/ada")))
        assert "8932f937" not in text
        assert "ada" not in text

    def test_written_again_it_is_the_same(self) -> None:
        private = replace(FULL, home="/home/ada", notes=("/home/ada/x", "/scratch/ada/y", UUID))
        document = saved(private)
        assert saved(from_json(document)) == document


class TestBroken:
    @pytest.mark.parametrize(
        ("document", "message"),
        [
            (None, "not a facts file: expected a JSON object"),
            ([], "not a facts file: expected a JSON object"),
            ({}, "not a facts file that this version reads: schema is None, not 'cudacompat/facts/1'"),
            (
                {"schema": "cudacompat/facts/2"},
                "not a facts file that this version reads: schema is 'cudacompat/facts/2', not 'cudacompat/facts/1'",
            ),
        ],
    )
    def test_another_document(self, document: object, message: str) -> None:
        with pytest.raises(ParseError) as error:
            from_json(document)
        assert str(error.value) == message

    @each_case(
        ("path", "value", "message"),
        [
            (("platform",), 1, "facts file: platform: expected a text, got 1"),
            (("gpus",), [], "facts file: gpus: expected an object, got []"),
            (("gpus", "value"), None, "facts file: gpus.value: expected a list of objects, got None"),
            (
                ("gpus", "value", 0, "index"),
                -1,
                "facts file: gpus.value[0].index: expected a whole number, not negative, got -1",
            ),
            (
                ("gpus", "value", 0, "index"),
                True,
                "facts file: gpus.value[0].index: expected a whole number, not negative, got True",
            ),
            (
                ("gpus", "value", 1, "compute_capability"),
                "sm_121",
                "facts file: gpus.value[1].compute_capability: not a compute capability (like 12.0): 'sm_121'",
            ),
            (
                ("gpus", "value", 1, "compute_capability"),
                None,
                "facts file: gpus.value[1].compute_capability: expected a compute capability such as 12.0, got None",
            ),
            (
                ("driver", "value", "release"),
                "13.0",
                "facts file: driver.value.release: not a driver version (like 580.65.06, as nvidia-smi prints it)",
            ),
            (("driver", "found_via"), None, "facts file: driver.found_via: expected a text, got None"),
            (("toolkits", 0, "active"), "yes", "facts file: toolkits[0].active: expected true or false, got 'yes'"),
            (("toolkits", 0), "x", "facts file: toolkits: expected a list of objects, got ["),
            (("environment", "CUDA_HOME"), 1, "facts file: environment.CUDA_HOME: expected a text, got 1"),
            (("notes", 0), None, "facts file: notes: expected a list of texts, got [None]"),
            (("cmake",), {"missing": 1, "tried": []}, "facts file: cmake.missing: expected a text, got 1"),
        ],
    )
    def test_the_key_is_named(self, path: tuple[str | int, ...], value: object, message: str) -> None:
        document = saved(FULL)
        place = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        with pytest.raises(ParseError) as error:
            from_json(document)
        assert str(error.value).startswith(message)

    @each_case("key", list(to_json(FULL)))
    def test_a_missing_key_is_named(self, key: str) -> None:
        document = saved(FULL)
        del document[key]
        if key in LATER:  # facts that were saved before there was such a key
            assert from_json(document) == FULL
            return
        if key == "libc":  # which may be unknown
            assert from_json(document).libc is None
            return
        if key == "environments":  # which facts that were saved earlier do not have
            assert from_json(document).environments == ()
            return
        with pytest.raises(ParseError) as error:
            from_json(document)
        assert key in str(error.value)

    @given(st.data())
    @settings(max_examples=at_most(300), deadline=None)
    def test_anything_anywhere_is_read_or_refused_in_one_short_line(self, data: st.DataObject) -> None:
        document = copy.deepcopy(saved(FULL))
        junk = st.one_of(
            st.none(),
            st.booleans(),
            st.integers(),
            st.floats(),
            st.text(max_size=5),
            st.just("x\n" * 1000),
            st.just({}),
            st.just([]),
            st.just([{}]),
            st.just([None]),
        )
        place: Any = document
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = data.draw(st.sampled_from(keys))
            if isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
                place = place[key]
                continue
            place[key] = data.draw(junk)
            break
        refused = ""
        try:
            facts = from_json(document)
        except ParseError as error:
            refused = str(error)
        else:
            assert saved(from_json(saved(facts))) == saved(facts)
        assert len(refused.splitlines()) <= 1
        assert len(refused) < 300

    @pytest.mark.parametrize(
        ("part", "key", "value"),
        [
            ("environment", "a\nb" * 1000, 1),
            ("environment", "\x1b[31m", 1),
            ("driver", "found_via", ["x\n" * 1000]),
        ],
    )
    def test_a_stranger_s_key_or_value_stays_one_short_line(self, part: str, key: str, value: object) -> None:
        document = saved(FULL)
        document[part][key] = value
        with pytest.raises(ParseError) as error:
            from_json(document)
        assert len(str(error.value)) < 300
        assert str(error.value).isprintable()

    def test_a_long_version_stays_one_short_line(self) -> None:
        document = saved(FULL)
        document["driver"]["value"]["release"] = "x\n" * 1000
        with pytest.raises(ParseError) as error:
            from_json(document)
        assert len(str(error.value)) < 300
        assert str(error.value).isprintable()
