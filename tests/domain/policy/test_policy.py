"""The policy: its keys, where a value comes from, what contradicts what, and how it is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from cudacompat.app.inputs.policy_file import Config, load
from cudacompat.domain.gpus.lookup import resolve
from cudacompat.domain.policy.keys import KEYS, given, of_environment, of_table, size
from cudacompat.domain.policy.policy import Ignore, Policy
from cudacompat.domain.policy.resolve import policy_of, required, strongest
from cudacompat.domain.words.choices import Extra, Holes, PtxPolicy, Require
from cudacompat.domain.words.errors import ParseError, UsageError
from cudacompat.domain.words.policy_value import PolicyValue, Rank
from cudacompat.domain.words.verdict import JitPolicy, Target
from tests.helpers.build import target
from tests.helpers.each_row import each_case
from tests.helpers.newest import UNKNOWN_ARCH


def table(**values: object) -> dict[str, PolicyValue]:
    """Values as they stand in a pyproject.toml."""
    return of_table(
        {key.replace("_", "-"): value for key, value in values.items()}, "pyproject.toml", "tool.cudacompat."
    )


def policy(targets: tuple[Target, ...] = (target("12.0"),), **values: object) -> Policy:
    """The policy of such a table."""
    return policy_of(table(**values), (), targets)


def refusal(**values: object) -> str:
    """What is said of a table that is wrong."""
    with pytest.raises(UsageError) as error:
        table(**values)
    assert "\n" not in str(error.value)
    return str(error.value)


def config(folder: Path, text: str, name: str = "cudacompat.toml", **environment: str) -> Config:
    """What a policy file in a folder says."""
    (folder / name).write_text(text)
    return load({}, environment, str(folder / name))


class TestKeys:
    def test_every_key_of_a_table(self) -> None:
        found = policy(
            (target("8.6"), target("12.0")),
            require=["8.6", "RTX 5070 Ti"],
            native=["12.0"],
            level="sass",
            holes="warn",
            ptx="highest",
            extra="forbid",
            coverage=0.99,
            driver_floor="570.26",
            max_bytes="100 MB",
            any_of=["lib*_cuda11*.so", ["a.so", "b.so"]],
        )
        assert found.require is Require.SASS
        assert found.holes is Holes.WARN
        assert found.ptx is PtxPolicy.HIGHEST
        assert found.extra is Extra.FORBID
        assert (found.coverage, found.max_bytes, str(found.driver_floor)) == (0.99, 100_000_000, "570.26")
        assert found.any_of == (("lib*_cuda11*.so",), ("a.so", "b.so"))
        assert found.level_for(target("12.0")) is Require.NATIVE
        assert found.level_for(target("8.6")) is Require.SASS

    def test_each_key_is_on_the_page_with_what_it_takes(self) -> None:
        page = (Path(__file__).parents[3] / "docs/policy.md").read_text(encoding="utf-8")
        for key, known in KEYS.items():
            assert any(
                row.startswith(f"| `{key}` |") and row.endswith(f"| {known.form} |") for row in page.splitlines()
            )

    def test_nothing_given_is_the_contract(self) -> None:
        assert policy() == Policy()

    def test_a_share_of_kernels_says_which_holes_pass(self) -> None:
        assert policy(coverage=0.9).holes is Holes.WARN
        assert policy(coverage=0.9, holes="ignore").holes is Holes.IGNORE
        assert policy(holes="ignore").holes is Holes.IGNORE

    @each_case(
        ("key", "value", "says"),
        [
            ("level", "nativ", "similar: native"),
            ("level", 3, 'expected "runs", "sass" or "native", got 3'),
            ("ptx", "lowest", "expected"),
            ("ptx", ["any"], 'got ["any"]'),
            ("extra", True, "got true"),
            ("coverage", 95, "a number from 0 to 1, got 95"),
            ("coverage", -0.1, "-0.1"),
            ("coverage", float("nan"), "nan"),
            ("coverage", True, "got true"),
            ("max-bytes", "100 XB", "100 XB"),
            ("max-bytes", 0, "got 0"),
            ("max-bytes", "many", "many"),
            ("driver-floor", 570.26, "in quotes"),
            ("driver-floor", "banana", "banana"),
            ("require", "8.6", "a list of GPUs"),
            ("require", [], "a list of GPUs"),
            ("require", [8.6], "a list of GPUs"),
            ("require", "native", 'level = "native"'),
            ("require", ["native"], "another GPU on every machine"),
            ("require", ["runs"], 'level = "runs"'),
            ("require", ["RTX 9999"], "RTX 9999"),
            ("require", [f"sm_{UNKNOWN_ARCH}"], f"sm_{UNKNOWN_ARCH}"),
            ("native", ["compute_90"], "write sm_90"),
            ("any-of", "lib*.so", "a list of globs"),
            ("any-of", [[]], "a list of globs"),
            ("any-of", [3], "a list of globs"),
            ("baseline", 3, "got 3"),
            ("gpus-from", "", 'got ""'),
        ],
    )
    def test_a_wrong_value_is_named_with_its_place(self, key: str, value: object, says: str) -> None:
        said = refusal(**{key.replace("-", "_"): value})
        assert said.startswith(f"pyproject.toml: tool.cudacompat.{key}: ")
        assert says in said

    @pytest.mark.parametrize(
        ("key", "says"),
        [
            ("max_bytes", "similar: max-bytes"),
            ("requires", "similar: require"),
            ("gpus", "similar:"),
            ("driver", "similar: driver-floor"),
            ("banana", "known: any-of, baseline, coverage"),
        ],
    )
    def test_an_unknown_key_gets_a_suggestion(self, key: str, says: str) -> None:
        with pytest.raises(UsageError) as error:
            of_table({key: 1}, "pyproject.toml", "tool.cudacompat.")
        assert str(error.value).startswith(f"pyproject.toml: unknown key tool.cudacompat.{key}; ")
        assert says in str(error.value)

    @each_case(
        ("text", "expected"),
        [
            ("1", 1),
            ("100 MB", 10**8),
            ("100MB", 10**8),
            ("64 MiB", 64 << 20),
            ("1.5 GB", 1_500_000_000),
            ("20 kb", 20_000),
            ("7 B", 7),
            ("0.5 TiB", 1 << 39),
        ],
    )
    def test_sizes(self, text: str, expected: int) -> None:
        assert size(text) == expected

    @each_case("text", ["", "MB", "-1 MB", "1,5 MB", "1e9", "1 MB/s", "0x10", "1 iB", "9" * 20])
    def test_what_is_no_size(self, text: str) -> None:
        with pytest.raises(ParseError):
            size(text)

    @given_any(
        value=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
            max_leaves=6,
        ),
        key=st.sampled_from(sorted(KEYS)),
    )
    def test_whatever_is_written_is_taken_or_refused_in_one_line(self, key: str, value: object) -> None:
        said = "here: "
        try:
            given(key, value, "here", Rank.FILE)
        except UsageError as error:
            said = str(error)
        assert said.startswith("here: ")


class TestWhoWins:
    def test_an_option_over_a_variable_over_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "cudacompat.toml").write_text('ptx = "none"\nextra = "warn"\nlevel = "sass"\n')
        environment = {"CUDACOMPAT_PTX": "any", "CUDACOMPAT_LEVEL": "native"}
        found = load({"ptx": "highest", "extra": None}, environment, str(tmp_path / "cudacompat.toml"))
        assert {key: (g.value, g.origin) for key, g in found.given.items()} == {
            "ptx": (PtxPolicy.HIGHEST, "--ptx"),
            "level": (Require.NATIVE, "CUDACOMPAT_LEVEL"),
            "extra": (Extra.WARN, f"{tmp_path}/cudacompat.toml: extra"),
        }

    @given_any(order=st.permutations([Rank.FILE, Rank.ENVIRONMENT, Rank.OPTION]), count=st.integers(1, 3))
    def test_in_whatever_order_they_come(self, order: list[Rank], count: int) -> None:
        sources = [{"ptx": PolicyValue("ptx", rank, "", rank.name, rank)} for rank in order[:count]]
        assert strongest(*sources)["ptx"].value == max(order[:count])

    def test_two_ways_to_name_the_gpus_count_together_or_the_stronger_alone(self) -> None:
        both = table(require=["8.6"], gpus_from="fleet.txt")
        assert set(strongest(both)) == {"require", "gpus-from"}
        assert set(strongest(both, of_environment({"CUDACOMPAT_REQUIRE": "12.0"}))) == {"require"}

    def test_native_alone_names_the_gpus_too(self) -> None:
        assert required(table(native=["12.0"])) == (resolve("12.0"),)
        assert required(table(native=["12.0"], require=["8.6", "12.0"])) == (resolve("8.6"), resolve("12.0"))
        assert required(table(native=["12.0"], gpus_from="f")) == ()

    def test_variables(self) -> None:
        found = of_environment(
            {
                "CUDACOMPAT_REQUIRE": "8.6, RTX 5070 Ti",
                "CUDACOMPAT_COVERAGE": "0.5",
                "CUDACOMPAT_MAX_BYTES": "1 MB",
                "CUDACOMPAT_DRIVER_FLOOR": "570.10",
                "CUDACOMPAT_ANY_OF": "a*.so,b*.so",
                "CUDACOMPAT_EXTRA": "",
                "CUDACOMPAT_REQUIRE_TOOLS": "1",  # of somebody else
                "CUDA_VISIBLE_DEVICES": "0",
            }
        )
        assert set(found) == {"require", "coverage", "max-bytes", "driver-floor", "any-of"}
        assert found["coverage"].value == 0.5
        assert str(found["driver-floor"].value) == "570.10"
        assert found["any-of"].value == (("a*.so",), ("b*.so",))

    @pytest.mark.parametrize(
        "name", ["CUDACOMPAT_MAXBYTES", "CUDACOMPAT_DRIVERFLOOR", "cudacompat_ptx", "CUDACOMPAT_COVERGE"]
    )
    def test_a_slip_in_a_variable_does_not_weaken_the_gate(self, name: str) -> None:
        if name.islower():
            assert of_environment({name: "any"}) == {}  # another variable, where case counts
            return
        with pytest.raises(UsageError, match=f"unknown variable {name}; similar: CUDACOMPAT_"):
            of_environment({name: "1"})


class TestContradictions:
    GPUS = (target("8.6"), target("12.0"))

    @pytest.mark.parametrize(
        ("values", "targets", "says"),
        [
            ({"require": ["8.6"], "native": ["12.0"]}, ("8.6",), "12.0 is not among the required GPUs (8.6"),
            ({"coverage": 0.9, "holes": "error"}, ("12.0",), 'contradicts holes = "error"'),
        ],
    )
    def test_they_are_one_clear_line(self, values: dict[str, object], targets: tuple[str, ...], says: str) -> None:
        with pytest.raises(UsageError) as error:
            policy(tuple(target(each) for each in targets), **values)
        assert says in str(error.value)
        assert "pyproject.toml: tool.cudacompat." in str(error.value)
        assert "\n" not in str(error.value)

    def test_no_ptx_and_a_requirement_that_is_ptx(self) -> None:
        ptx_only = Target("compute_90", None, target("9.0").capability)
        with pytest.raises(UsageError, match="contradicts the required compute_90, which is PTX"):
            policy((ptx_only,), ptx="none", require=["compute_90"])
        assert policy((ptx_only,), ptx="any", require=["compute_90"]).ptx is PtxPolicy.ANY

    @pytest.mark.parametrize("values", [{"native": ["12.0"]}, {"level": "native"}, {"level": "sass"}, {"ptx": "none"}])
    @pytest.mark.parametrize("jit", [JitPolicy.FORCED, JitPolicy.FORCED_AND_DISABLED])
    def test_a_forced_jit_and_machine_code(self, values: dict[str, object], jit: JitPolicy) -> None:
        forced = (target("12.0", jit=jit),)
        with pytest.raises(UsageError, match=r"contradicts the forced JIT on 12\.0"):
            policy(forced, **values)
        policy(forced, ptx="any")
        policy((target("12.0"),), **values)

    def test_native_of_a_weaker_source_does_not_concern_other_gpus_named_for_this_run(self) -> None:
        values = table(native=["12.0"], require=["8.6", "12.0"])
        named = {"require": PolicyValue("require", (), '["8.6"]', "--gpu", Rank.OPTION)}
        found = policy_of(strongest(values, named), (), (target("8.6"),))
        assert found.native == ()

    def test_but_of_the_same_source_it_does(self) -> None:
        named = {
            "require": PolicyValue("require", (), '["8.6"]', "--gpu", Rank.OPTION),
            "native": given("native", ["12.0"], "--native", Rank.OPTION),
        }
        with pytest.raises(UsageError, match=r"--native: 12.0 is not among the required GPUs \(8.6; --gpu\)"):
            policy_of(named, (), (target("8.6"),))

    def test_full_coverage_and_holes_say_the_same(self) -> None:
        assert policy(coverage=1.0, holes="error").coverage == 1.0


class TestFile:
    def test_the_nearest_upwards_and_not_beyond_the_repository(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inner = tmp_path / "repository" / "src"
        inner.mkdir(parents=True)
        (tmp_path / "cudacompat.toml").write_text('ptx = "none"\n')
        monkeypatch.chdir(inner)
        assert load({}, {}).file == "../../cudacompat.toml"
        (tmp_path / "repository" / ".git").mkdir()
        assert load({}, {}).file is None
        (tmp_path / "repository" / "pyproject.toml").write_text('[project]\nname = "x"\n')
        assert load({}, {}).file is None
        (tmp_path / "repository" / "pyproject.toml").write_text('[tool.cudacompat]\nptx = "any"\n')
        found = load({}, {})
        assert found.file == "../pyproject.toml"
        assert found.given["ptx"].origin == "../pyproject.toml: tool.cudacompat.ptx"
        (inner / "cudacompat.toml").write_text('extra = "warn"\n')
        assert set(load({}, {}).given) == {"extra"}
        assert load({}, {}, search=False).file is None

    def test_two_in_one_folder_are_one_too_many(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "cudacompat.toml").write_text("")
        (tmp_path / "pyproject.toml").write_text("[tool.cudacompat]\n")
        with pytest.raises(UsageError, match="two policy files"):
            load({}, {})

    def test_files_it_names_lie_beside_it(self, tmp_path: Path) -> None:
        found = config(tmp_path, 'baseline = "ci/cuda.lock"\ngpus-from = "/srv/fleet.txt"\n')
        assert found.text("baseline") == f"{tmp_path}/ci/cuda.lock"
        assert found.files("gpus-from") == ("/srv/fleet.txt",)
        assert found.given["baseline"].text == '"ci/cuda.lock"'

    @pytest.mark.parametrize(
        ("name", "text", "says"),
        [
            ("cudacompat.toml", "ptx = ", "not TOML"),
            ("cudacompat.toml", "[tool.cudacompat]\nptx = 'any'\n", "without [tool.cudacompat]"),
            ("pyproject.toml", "[project]\nname = 'x'\n", "has no [tool.cudacompat]"),
            ("pyproject.toml", "[tool]\ncudacompat = 3\n", "not a table"),
            ("policy.toml", "x = 1\n", "unknown key x"),
            ("cudacompat.toml", "ignore = 3\n", "expected entries of the form [[ignore]]"),
        ],
    )
    def test_what_is_no_policy_file(self, tmp_path: Path, name: str, text: str, says: str) -> None:
        with pytest.raises(UsageError) as error:
            config(tmp_path, text, name)
        assert says in str(error.value)
        assert "\n" not in str(error.value)

    def test_one_that_is_not_there_or_not_text(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="cannot read"):
            load({}, {}, str(tmp_path / "none.toml"))
        (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(UsageError, match="not UTF-8"):
            load({}, {}, str(tmp_path / "bytes.toml"))
        with pytest.raises(UsageError, match="cannot read"):
            load({}, {}, str(tmp_path))

    def test_a_pyproject_that_may_hold_a_policy_and_cannot_be_read_is_not_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pyproject.toml").write_text("[tool.cudacompat\nptx = 'any'\n")
        with pytest.raises(UsageError, match="not TOML"):
            load({}, {})


IGNORE = '[[tool.cudacompat.ignore]]\npath = "*.so"\nrule = "hole"\nreason = "known"\n'


class TestIgnores:
    def test_every_field(self, tmp_path: Path) -> None:
        text = f'[tool.cudacompat]\nptx = "any"\n\n{IGNORE}target = "12.0"\nexpires = 2027-01-31\n'
        (found,) = config(tmp_path, text, "pyproject.toml").ignores
        where = str(tmp_path / "pyproject.toml")
        assert found == Ignore("*.so", "hole", "known", resolve("12.0"), date(2027, 1, 31), where, 4)
        assert not found.expired(date(2027, 1, 31))
        assert found.expired(date(2027, 2, 1))

    def test_dates_as_texts_and_times(self, tmp_path: Path) -> None:
        for written in ('"2027-01-31"', "2027-01-31T10:00:00Z"):
            (found,) = config(tmp_path, f"{IGNORE}expires = {written}\n", "pyproject.toml").ignores
            assert found.expires == date(2027, 1, 31)

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('path = "a"\nrule = "hole"\n', "reason: is missing"),
            ('path = "a"\nrule = "hole"\nreason = " "\n', "reason: expected a text"),
            ('rule = "hole"\nreason = "r"\n', "path: is missing"),
            ('path = "a"\nreason = "r"\n', "rule: is missing"),
            ('path = "a"\nrule = "holes"\nreason = "r"\n', "similar: hole"),
            ('path = "a"\nrule = "*"\nreason = "r"\n', "no finding to ignore is called '*'"),
            ('path = "a"\nrule = "unused-ignore"\nreason = "r"\n', "no finding to ignore is called 'unused-ignore'"),
            ('path = "a"\nrule = "hole"\nreason = "r"\ntarget = "RTX 9999"\n', "target: unknown GPU"),
            ('path = "a"\nrule = "hole"\nreason = "r"\ntarget = 12.0\n', "target: expected one GPU"),
            ('path = "a"\nrule = "hole"\nreason = "r"\nexpires = "soon"\n', "expires: expected a date"),
            ('path = "a"\nrule = "hole"\nreason = "r"\nexpires = 2027\n', "expires: expected a date"),
            ('path = "a"\nrule = "hole"\nreason = "r"\nuntil = 2027-01-01\n', "unknown key until"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, text: str, says: str) -> None:
        with pytest.raises(UsageError) as error:
            config(tmp_path, f"[[ignore]]\n{text}")
        assert says in str(error.value)
        assert ": ignore[0]: " in str(error.value)
        assert "\n" not in str(error.value)


def test_a_refusal_is_one_line_whatever_the_value_holds() -> None:
    with pytest.raises(UsageError) as error:
        given("ptx", "a\nb\x1b[31m", "c.toml: ptx", Rank.FILE)
    assert str(error.value) == 'c.toml: ptx: expected "none", "any" or "highest", got "a\\nb\\x1b[31m"'
