"""Packages and addresses in place of paths: what is fetched, what it is called, and what is said where it cannot be."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cudacompat.app.inputs.named import AtHand, FetchOptions, at_hand
from cudacompat.app.inputs.packages import chosen, is_package, is_release
from cudacompat.domain.words.code import NotRead, ReadResult
from cudacompat.domain.words.errors import StepError, UsageError
from cudacompat.domain.words.wheel_tags import Platform, platform_tags, python_version
from cudacompat.host.programs.pip import Link, Listing
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.each_row import each_case
from tests.helpers.file_server import FileServer, serving
from tests.helpers.run import Ran, inside

CODE = fw.fatbin(fw.ptx(toolchain.ptx_text("8.6", "100")))
FILE = "some_kernels-1.5-py3-none-any.whl"


def wheel(version: str = "1.5") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("some/kernels.fatbin", CODE)
        archive.writestr("some/__init__.py", "")
        info = f"some_kernels-{version}.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: some-kernels\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return made.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """An index on this machine with two releases, one of which was yanked."""
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    page = (
        f'<a href="/files/{FILE}">{FILE}</a><br>'
        '<a href="/files/some_kernels-2.0-py3-none-any.whl" data-yanked="wrong list">some_kernels-2.0</a><br>'
        '<a href="/files/some_kernels-1.4-cp35-cp35m-win_amd64.whl">some_kernels-1.4</a>'
    )
    with serving(FileServer(wheel(), pages={"/simple/some-kernels/": page})) as served:
        root = served.url.rsplit("/", 1)[0]
        monkeypatch.setenv("PIP_INDEX_URL", f"{root}/simple/")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("PIP_RETRIES", "0")
        monkeypatch.chdir(tmp_path)
        yield served


def check(*names: str) -> Ran:
    return inside("check", *names, "--gpu", "9.0", "--no-config", "--format", "json")


class TestPackages:
    def test_a_release_is_judged_by_the_name_of_its_wheel(self, index: FileServer) -> None:
        ran = check("some-kernels==1.5")
        assert (ran.code, [each["path"] for each in ran.json["artifacts"]]) == (1, [f"{FILE}!/some/kernels.fatbin"])
        assert f"fetching {FILE} (" in ran.err
        assert index.asked[0] == "bytes=0-511"  # by ranges: pip did not fetch it

    def test_a_name_alone_is_the_newest_that_was_not_yanked(self, index: FileServer) -> None:
        ran = check("Some_Kernels")
        assert [each["path"] for each in ran.json["artifacts"]] == [f"{FILE}!/some/kernels.fatbin"]

    def test_a_yanked_release_is_read_and_said_to_be_one(self, index: FileServer) -> None:
        index.data = wheel("2.0")
        ran = check("some-kernels==2.0")
        assert ran.code == 1
        assert "some-kernels==2.0 was yanked by its publisher: wrong list" in ran.err

    @pytest.mark.parametrize(
        "text", ["some-kernels>=1.4", "some_kernels[all] >1.4, <3", "some-kernels~=1.4", "some-kernels==1.*"]
    )
    def test_versions_that_are_left_open_mean_the_newest_that_pip_takes(self, index: FileServer, text: str) -> None:
        ran = check(text)
        assert (ran.code, [each["path"] for each in ran.json["artifacts"]]) == (1, [f"{FILE}!/some/kernels.fatbin"])
        assert "yanked" not in ran.err

    def test_of_versions_that_are_left_open_none_that_was_yanked_is_taken(self, index: FileServer) -> None:
        ran = check("some-kernels>=1.6")
        assert (ran.code, ran.err.count("\n")) == (5, 1)
        assert "every wheel was yanked by its publisher (2.0: wrong list)" in ran.err

    def test_of_a_release_with_some_yanked_files_the_others_count(self, index: FileServer) -> None:
        files = {
            "3.0-py3-none-any": "",
            "3.0-cp35-cp35m-win_amd64": "broken",
            "2.5-py3-none-any": "wrong list",
            "2.5-cp35-cp35m-win_amd64": "",
            "2.2-cp35-cp35m-win_amd64": "broken",
        }
        links = (
            f'<a href="/files/some_kernels-{file}.whl"' + (f' data-yanked="{why}"' if why else "") + f">{file}</a><br>"
            for file, why in files.items()
        )
        index.pages["/simple/some-kernels/"] = "".join(links)
        index.data = wheel("3.0")
        assert "yanked" not in check("some-kernels==3.0").err
        left = check("some-kernels>=2.4,<3")
        assert left.code == 5
        assert (
            "that was not yanked by its publisher (2.5: wrong list); there are wheels for cp35 on win_amd64" in left.err
        )
        assert "every wheel was yanked by its publisher (2.2: broken)" in check("some-kernels==2.2").err
        index.data = wheel("2.5")
        assert "some-kernels==2.5 was yanked by its publisher: wrong list" in check("some-kernels==2.5").err

    def test_an_index_that_pip_does_not_trust(self, index: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "http://index.invalid/simple/")
        for name, code in (("some-kernels==1.5", 5), ("some-kernels", 2)):
            ran = check(name)
            assert (ran.code, ran.err.count("\n")) == (code, 1)
            assert "pip ignores index.invalid, whose address is not https" in ran.err

    def test_a_wheel_for_others_is_told_with_those_that_are_there(self, index: FileServer) -> None:
        ran = check("some-kernels==1.4")
        assert (ran.code, ran.err.count("\n")) == (5, 1)
        assert "no wheel for Python" in ran.err
        assert "there are wheels for cp35 on win_amd64 (use --platform win_amd64 --python 3.5)" in ran.err

    def test_another_platform_and_python_may_be_asked_for(self, index: FileServer) -> None:
        options = ("--platform", "windows-x86_64", "--python", "3.5", "--gpu", "9.0", "--no-config")
        assert "some_kernels-1.4-cp35-cp35m-win_amd64.whl" in inside("check", "some-kernels==1.4", *options).err

    def test_a_version_that_is_not_there_is_told_with_the_newest(self, index: FileServer) -> None:
        ran = check("some-kernels==9")
        assert (ran.code, ran.err.count("\n")) == (5, 1)
        assert "newest are: 2.0, 1.5, 1.4" in ran.err

    def test_a_name_of_nothing_is_a_usage_error(self, index: FileServer) -> None:
        ran = check("no-such-thing")
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert "no such file or directory: no-such-thing; the package index has no package of that name" in ran.err

    def test_an_index_that_asks_for_a_password(self, index: FileServer) -> None:
        index.pages.clear()
        index.status = 401
        ran = check("some-kernels==1.5")
        assert (ran.code, ran.err.count("\n")) == (5, 1)
        assert "127.0.0.1 asks for a password" in ran.err

    def test_an_index_that_is_not_there(self, index: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
        ran = check("some-kernels==1.5")
        assert (ran.code, ran.err.count("\n")) == (5, 1)
        assert "the package index could not be reached" in ran.err
        word = check("some-kernels")  # perhaps a path with a slip in it
        assert (word.code, word.err.count("\n")) == (2, 1)
        assert "no such file or directory: some-kernels; as a package: the package index could not be" in word.err

    def test_where_ranges_do_not_come_pip_is_asked(self, index: FileServer) -> None:
        index.status, index.status_of_parts = 403, True
        ran = check("some-kernels==1.5")
        assert (ran.code, [each["path"] for each in ran.json["artifacts"]]) == (1, [f"{FILE}!/some/kernels.fatbin"])
        assert "pip is asked for the whole file" in ran.err

    def test_inspect_and_diff_take_them_too(self, index: FileServer, tmp_path: Path) -> None:
        assert FILE in inside("inspect", "some-kernels==1.5", "--format", "json").out
        (tmp_path / "old.fatbin").write_bytes(CODE)
        assert inside("diff", "old.fatbin", "some-kernels==1.5", "--gpu", "9.0").code == 0

    def test_the_size_is_that_of_the_published_file(self, index: FileServer) -> None:
        ran = inside(
            "check", "some-kernels==1.5", "--gpu", "9.0", "--no-config", "--max-bytes", "1 B", "--format", "json"
        )
        large = [each["message"] for each in ran.json["findings"] if each["id"] == "too-big"]
        assert len(large) == 1

    def test_quiet_says_nothing_of_the_fetch(self, index: FileServer) -> None:
        assert inside("check", "some-kernels==1.5", "--gpu", "9.0", "--no-config", "--quiet").err == ""

    def test_a_path_of_that_name_is_that_path(self, index: FileServer, tmp_path: Path) -> None:
        (tmp_path / "some-kernels").write_bytes(CODE)
        assert [each["path"] for each in check("some-kernels").json["artifacts"]] == ["some-kernels"]
        assert index.asked == []


class TestAddresses:
    def test_one_is_read_by_the_last_part_of_its_path(self) -> None:
        with serving(FileServer(wheel()), FILE) as served:
            ran = check(served.url)
        assert [each["path"] for each in ran.json["artifacts"]] == [f"{FILE}!/some/kernels.fatbin"]

    def test_a_password_in_it_is_shown_nowhere(self) -> None:
        with serving(FileServer(wheel(), status=404), FILE) as served:
            ran = check(served.url.replace("http://", "http://user:hush-hush@"))
        assert ran.code == 5
        assert "hush" not in ran.err + ran.out

    def test_a_password_in_it_is_used(self) -> None:
        with serving(FileServer(wheel()), FILE) as served:
            assert check(served.url.replace("http://", "http://user:hush%20hush@")).code == 1
        assert served.authorized == {"Basic dXNlcjpodXNoIGh1c2g="}

    def test_the_host_that_is_not_there_is_the_cause_and_not_what_pip_says_of_the_name(self) -> None:
        ran = check("https://127.0.0.1:9/some_kernels-1.5-cp35-cp35m-win_amd64.whl")
        assert ran.code == 5
        assert ran.err.splitlines()[-1].endswith("cp35m-win_amd64.whl: connection refused")

    def test_http_is_not_read(self) -> None:
        ran = check("http://example.org/x.whl")
        assert (ran.code, ran.err.count("\n")) == (2, 1)

    def test_nothing_stays_behind(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        with (
            serving(FileServer(wheel()), "a%2F..%2F..%2Fevil%0A.whl") as served,
            at_hand([served.url]) as there,
        ):
            assert Path(there.paths[0]).resolve().is_relative_to(tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_all_names_are_looked_at_before_anything_is_fetched() -> None:
    with (
        serving(FileServer(wheel())) as served,
        pytest.raises(UsageError, match=r"nothing\.so"),
        at_hand([served.url, "nothing.so"]),
    ):
        pass
    assert served.asked == []


def test_only_what_was_fetched_is_renamed() -> None:
    found = ReadResult((), (NotRead("a", "b"),), 1, without_code=0, barren=("a",))
    assert AtHand(("a",), {}).renamed(found) is found


@each_case(
    ("text", "release", "package"),
    [
        ("torch==2.6.0+cu124", True, False),
        ("torch[opt]==2.6", True, False),
        ("torch", False, True),
        ("libfoo.so", False, False),
        ("dist/foo", False, False),
        ("torch>=2", True, False),
        ("torch[opt]>=2.6, <3", True, False),
        ("a<b/c", False, False),
        ("torch>=", False, False),
        ("-x", False, False),
        ("a==1 --index-url=x", False, False),
    ],
)
def test_what_is_a_package(text: str, release: bool, package: bool) -> None:
    assert (is_release(text), is_package(text)) == (release, package)


def test_of_several_wheels_that_for_this_platform_most_is_taken() -> None:
    names = [
        "k-1-py3-none-manylinux_2_17_x86_64.whl",
        "k-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "k-1-cp38-abi3-manylinux_2_28_x86_64.whl",
        "k-1-1-cp312-cp312-manylinux_2_28_x86_64.whl",
        "k-2rc1-cp312-cp312-manylinux_2_28_x86_64.whl",
    ]
    listing = Listing(tuple(Link(f"https://h/{name}") for name in names))
    platform = Platform(platform_tags("linux-x86_64"), "3.12")
    assert chosen("k", listing, platform).link == Link(f"https://h/{names[3]}")
    assert chosen("k==2rc1", listing, platform).link == Link(f"https://h/{names[4]}")


def test_words_of_pip_that_are_not_understood_leave_it_to_pip() -> None:
    assert chosen("k==1", Listing(()), Platform()).link is None
    with pytest.raises(StepError):
        chosen("k==1", Listing((), said="No matching distribution found for k"), Platform())


def test_platforms_are_taken_as_people_write_them() -> None:
    assert platform_tags("linux-x86_64")[0].endswith("_x86_64")
    assert platform_tags("manylinux_2_17_aarch64")[:2] == ("manylinux_2_17_aarch64", "manylinux2014_aarch64")
    assert platform_tags("windows-x86_64") == platform_tags("win_amd64") == ("win_amd64",)
    assert {python_version(text) for text in ("3.12", "cp312", "312")} == {"3.12"}
    for wrong in ("", "linux", "amiga-68k", "linux-x86_64;rm"):
        with pytest.raises(UsageError, match="invalid platform"):
            platform_tags(wrong)
    with pytest.raises(UsageError, match="invalid Python version"):
        python_version("4")


def test_options_have_defaults_that_ask_for_this_machine() -> None:
    assert FetchOptions().platform == Platform.parse(None, None) == Platform((), None)
