"""The lock file: what an artifact is called, what is written, what counts as lost."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cudacompat.app.inputs.baseline_file import load, refuse_to_overwrite
from cudacompat.domain.compare.baseline import Baseline, KernelCount, Locked, compare, lock, of_document, to_toml
from cudacompat.domain.compare.identity import container_of, identities
from cudacompat.domain.words.baseline_change import BaselineChange
from cudacompat.domain.words.code import DeviceModule
from cudacompat.domain.words.errors import UsageError
from cudacompat.domain.words.target import ArchTarget
from tests.helpers.build import artifact, image, module
from tests.helpers.each_row import each_case

W = "foo-1.2.3-cp312-cp312-manylinux_2_28_x86_64.whl"


def locked(*modules: DeviceModule, name: str = "lib.so") -> Locked:
    """The numbers of an artifact."""
    return lock(artifact(modules), name)


def against(
    old: list[Locked], new: list[Locked], *, unread: tuple[str, ...] = (), seen: tuple[str, ...] = ()
) -> list[BaselineChange]:
    """One run beside a baseline; each artifact lies at `now/NAME`."""
    return list(
        compare(Baseline(tuple(old), "cudacompat.lock"), {f"now/{each.name}": each for each in new}, unread, seen)
    )


def lost(old: Locked, new: Locked) -> tuple[str, ...]:
    """What one artifact lost."""
    return tuple(text for each in against([old], [new]) for text in each.lost)


class TestNames:
    @each_case(
        ("path", "roots", "expected"),
        [
            ("build/lib/libfoo.so", ["build"], "lib/libfoo.so"),
            ("build/lib/libfoo.so", ["build/"], "lib/libfoo.so"),
            ("build/lib/libfoo.so", ["build", "build/lib"], "libfoo.so"),
            ("build/lib/libfoo.so", ["build/lib/libfoo.so"], "libfoo.so"),
            ("build/lib/libfoo.so", ["buil"], "build/lib/libfoo.so"),
            ("libfoo.so.1.2.3", ["libfoo.so.1.2.3"], "libfoo.so"),
            ("d/libfoo-1a2b3c4d.so.5", ["d"], "libfoo.so"),
            ("d/libfoo-1.2.so", ["d"], "libfoo.so"),
            ("d/_C.cpython-312-x86_64-linux-gnu.so", ["d"], "_C.cpython-x86_64-linux-gnu.so"),
            ("d/_C.cp312-win_amd64.pyd", ["d"], "_C.cp-win_amd64.pyd"),
            ("v/lib/python3.12/site-packages/a.so", ["v"], "lib/python/site-packages/a.so"),
            ("d/libbitsandbytes_cuda128.so", ["d"], "libbitsandbytes_cuda128.so"),  # not a version of the same thing
            ("d/libcublas.so.13", ["d"], "libcublas.so"),
            (f"dist/{W}!/foo/a.so", [f"dist/{W}"], "foo-cp312-cp312-linux_x86_64.whl!/foo/a.so"),
            (f"dist/{W}!/foo/a.so", ["dist"], "foo-cp312-cp312-linux_x86_64.whl!/foo/a.so"),
            ("foo-1.0-py3-none-musllinux_1_2_aarch64.whl!/a.so", ["."], "foo-py3-none-musllinux_aarch64.whl!/a.so"),
            ("foo-1.0-py3-none-win_amd64.whl!/a.dll", ["."], "foo-py3-none-win_amd64.whl!/a.dll"),
            ("odd name.whl!/a.so", ["odd name.whl"], "odd name.whl!/a.so"),
            ("engine-1.0.zip!/b-2.0/a.so", ["engine-1.0.zip"], "engine.zip!/b/a.so"),
            ("d/bad\udcff.so", ["d"], "bad\\xff.so"),
        ],
    )
    def test_without_versions(self, path: str, roots: list[str], expected: str) -> None:
        assert identities([path], roots) == {path: expected}

    def test_the_next_release_is_called_the_same(self) -> None:
        old = "foo-1.27.0-cp312-cp312-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl"
        new = "foo-1.31.1-cp312-cp312-manylinux_2_28_x86_64.whl"
        names = [identities([f"a/{wheel}!/x.so"], [f"a/{wheel}"]).popitem()[1] for wheel in (old, new)]
        assert names[0] == names[1]

    def test_two_that_would_be_called_the_same_keep_their_versions(self) -> None:
        paths = ["d/libcublas.so.12", "d/libcublas.so.13", "d/libfoo.so.1"]
        assert list(identities(paths, ["d"]).values()) == ["libcublas.so.12", "libcublas.so.13", "libfoo.so"]
        twice = ["a/lib.so", "b/lib.so"]
        assert list(identities(twice, twice).values()) == twice

    def test_inside_a_container(self) -> None:
        assert identities([f"d/{W}!/foo/a.so"], [f"d/{W}"], inside=True).popitem()[1] == "foo/a.so"
        assert identities(["site/foo/a.so"], ["site"], inside=True).popitem()[1] == "foo/a.so"
        other = W.replace("cp312", "cp311")
        both = identities([f"d/{W}!/a.so", f"d/{other}!/a.so"], ["d"], inside=True)
        assert list(both.values()) == [
            "foo-cp312-cp312-linux_x86_64.whl!/a.so",
            "foo-cp311-cp311-linux_x86_64.whl!/a.so",
        ]

    def test_containers(self) -> None:
        assert container_of("a.whl!/b.zip!/c.so") == "a.whl"
        assert container_of("lib/c.so") is None

    @given(st.lists(st.text("ab.-_0123/!so", min_size=1, max_size=20), unique=True, max_size=6))
    def test_no_two_are_ever_called_the_same(self, paths: list[str]) -> None:
        names = identities(paths, ["a"])
        assert len(set(names.values())) == len(paths)


class TestNumbers:
    def test_kernels_are_counted_once_in_each_module(self) -> None:
        found = locked(module("sm_80", "sm_90", "compute_90"), module(image("sm_90", kernels=("k1",))))
        assert found.whole == KernelCount(2, 3)
        assert {str(t): (a.modules, a.kernels) for t, a in found.targets.items()} == {
            "sm_80": (1, 2),
            "sm_90": (2, 3),
            "compute_90": (1, 2),
        }

    def test_images_without_kernels_count_for_nothing(self) -> None:
        found = locked(module(image("sm_52", kernels=())), module("sm_90"))
        assert [str(t) for t in found.targets] == ["sm_90"]
        assert found.whole.modules == 1

    def test_what_could_not_be_read_is_remembered(self) -> None:
        found = locked(module(image("sm_90", kernels=None)))
        assert found.targets[ArchTarget.parse("sm_90")] == KernelCount(1, 0, unread=True)
        assert locked(replace(module("sm_90"), damage="cut")).damaged


class TestFile:
    def test_it_is_small_sorted_and_reads_back(self) -> None:
        b = locked(module("compute_90", "sm_120", "sm_90a", "sm_90"), name='odd "name"\n\u202e.so')
        a = locked(module("sm_80"), name="a.so")
        text = to_toml([b, a])
        assert text == to_toml([a, b])
        assert text.splitlines()[3:] == [
            "version = 1",
            "",
            '[artifacts."a.so"]',
            "all = { modules = 1, kernels = 2 }",
            "sm_80 = { modules = 1, kernels = 2 }",
            "",
            '[artifacts."odd \\"name\\"\\u000a\\u202e.so"]',
            "all = { modules = 1, kernels = 2 }",
            "sm_90 = { modules = 1, kernels = 2 }",
            "sm_90a = { modules = 1, kernels = 2 }",
            "sm_120 = { modules = 1, kernels = 2 }",
            "compute_90 = { modules = 1, kernels = 2 }",
        ]
        again = of_document(tomllib.loads(text), "f")
        assert {each.name: (each.whole, dict(each.targets)) for each in again.artifacts} == {
            each.name: (each.whole, dict(each.targets)) for each in (a, b)
        }

    @given(st.text(max_size=30).filter(lambda text: text.isprintable() or "\n" in text or text.isascii()))
    def test_any_name_reads_back(self, name: str) -> None:
        name = name.encode("utf-8", "replace").decode()
        assert of_document(tomllib.loads(to_toml([locked(module("sm_90?"), name=name)])), "f").artifacts[0].name == name

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "version is None"),
            ("version = 2\n", "version is 2"),
            ("version = 1\n", "without artifacts"),
            ("version = 1\nartifacts = 3\n", "without artifacts"),
            ('version = 1\n[artifacts."a"]\n', "'all' is missing"),
            ("version = 1\n[artifacts]\na = 3\n", "expected a table of targets"),
            ('version = 1\n[artifacts."a"]\nall = 3\n', "expected { modules = N, kernels = N }"),
            ('version = 1\n[artifacts."a"]\nall = { modules = -1, kernels = 0 }\n', "expected {"),
            ('version = 1\n[artifacts."a"]\nall = { modules = 1, kernels = true }\n', "expected {"),
            (
                'version = 1\n[artifacts."a"]\nall = { modules = 1, kernels = 1 }\nx = { modules = 1, kernels = 1 }\n',
                "'x'",
            ),
            ("version = 1\nversion = 1\n", "is not a baseline"),
        ],
    )
    def test_what_is_none(self, tmp_path: Path, text: str, says: str) -> None:
        path = tmp_path / "cudacompat.lock"
        path.write_text(text)
        with pytest.raises(UsageError) as error:
            load(str(path))
        assert says in str(error.value)
        assert str(path) in str(error.value)

    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="create it with check --write-baseline"):
            load(str(tmp_path / "none.lock"))

    def test_only_a_baseline_is_overwritten(self, tmp_path: Path) -> None:
        wheel, old = tmp_path / "a.whl", tmp_path / "cudacompat.lock"
        wheel.write_bytes(b"PK\x03\x04")
        with pytest.raises(UsageError, match="exists and is not a baseline; it was not overwritten"):
            refuse_to_overwrite(str(wheel))
        with pytest.raises(UsageError, match="is a directory"):
            refuse_to_overwrite(str(tmp_path))
        old.write_text(to_toml([locked(module("sm_90"))]))
        refuse_to_overwrite(str(old))
        refuse_to_overwrite(str(tmp_path / "new.lock"))


class TestComparing:
    def test_the_same_is_silent(self) -> None:
        same = locked(module("sm_80", "compute_80"))
        assert against([same], [same]) == []

    def test_a_target_that_is_gone(self) -> None:
        assert lost(locked(module("sm_80", "sm_90")), locked(module("sm_80"))) == ("sm_90 (was in 1 module)",)

    def test_a_suffix_is_another_target(self) -> None:
        assert lost(locked(module("sm_90")), locked(module("sm_90a"))) == ("sm_90 (was in 1 module)",)

    def test_fewer_modules_and_kernels(self) -> None:
        two, one = locked(module("sm_80"), module("sm_80")), locked(module("sm_80"))
        assert lost(two, one) == (
            "sm_80 modules: 2 -> 1",
            "sm_80 kernels: 4 -> 2",
            "modules: 2 -> 1",
            "kernels: 4 -> 2",
        )
        less = locked(module("sm_80", image("sm_90", kernels=("k1",))))
        assert lost(locked(module("sm_80", "sm_90")), less) == ("sm_90 kernels: 2 -> 1",)

    def test_a_target_that_became_empty_is_gone(self) -> None:
        assert lost(locked(module("sm_80", "sm_90")), locked(module("sm_80", image("sm_90", kernels=())))) == (
            "sm_90 (was in 1 module)",
        )

    def test_what_came_is_fine_and_said(self) -> None:
        (found,) = against([locked(module("sm_80"))], [locked(module("sm_80", "sm_90"))])
        assert (found.lost, found.gained) == ((), ("sm_90",))
        first, second = against(
            [locked(module("sm_80"))], [locked(module("sm_80", "sm_90")), locked(module("sm_80"), name="b")]
        )
        assert (first.name, first.gained, first.path) == ("lib.so", ("sm_90",), "now/lib.so")
        assert (second.name, second.gained, second.lost) == ("b", ("the whole artifact: 1 module",), ())

    def test_an_artifact_that_is_gone(self) -> None:
        gone, kept = locked(module("sm_80"), name="gone.so"), locked(module("sm_80"))
        (found,) = against([gone, kept], [kept])
        assert (found.name, found.path) == ("gone.so", "cudacompat.lock")
        assert found.lost == ("the whole artifact: 1 module, 2 kernels",)

    def test_one_that_could_not_be_read_is_not_called_lost(self) -> None:
        gone, kept = locked(module("sm_80"), name="a.whl!/gone.so"), locked(module("sm_80"))
        for unread in ("a.whl", "a.whl!/gone.so"):
            assert against([gone, kept], [kept], unread=(unread,), seen=("a.whl",)) == []
        assert against([gone, kept], [kept], unread=("other.so",), seen=("a.whl",))[0].lost

    def test_kernels_that_could_not_be_read_are_not_called_lost(self) -> None:
        old = locked(module("sm_80", "sm_90"))
        assert lost(old, locked(module("sm_80", image("sm_90", kernels=None)))) == ()
        assert lost(old, replace(locked(module("sm_80")), damaged=True)) == ()

    def test_one_in_a_wheel_that_the_run_was_not_given_is_noted(self) -> None:
        other, kept = (
            locked(module("sm_80"), name="a-cp311.whl!/a.so"),
            locked(module("sm_80"), name="a-cp312.whl!/a.so"),
        )
        (found,) = against([other, kept], [kept], seen=("a-cp312.whl",))
        assert (found.absent, found.lost) == (True, ())
        (found,) = against([other, kept], [kept], seen=("a-cp312.whl", "a-cp311.whl"))
        assert found.lost

    def test_a_baseline_of_something_else(self) -> None:
        with pytest.raises(UsageError, match=r"a baseline of other artifacts: b.so is none of its 1 artifact"):
            against([locked(module("sm_80"), name="a.so")], [locked(module("sm_80"), name="b.so")])

    def test_where_nothing_is_left_everything_is_lost(self) -> None:
        (found,) = against([locked(module("sm_80"))], [])
        assert found.lost
