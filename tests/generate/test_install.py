"""What generated files install: one version of cudacompat by its hash, never its bare name; and what zizmor says."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cudacompat.app.generate import GenerateRequest, beside, generate
from cudacompat.domain.words.errors import UsageError
from cudacompat.engines import ENGINES
from cudacompat.generate.actions import CHECKOUT, UPLOAD_ARTIFACT
from cudacompat.generate.outputs import OUTPUTS, reaching
from cudacompat.generate.own_wheel import WHEEL_NAME
from tests.helpers import toolchain
from tests.helpers.each_row import each_case
from tests.helpers.run import ROOT, cudacompat

ZEROS, COMMIT = "0" * 64, "0123456789abcdef0123456789abcdef01234567"
ADDRESS = "https://example.org/files/cudacompat-0.2.0-py3-none-any.whl"
CHECKING = [kind.name for kind in OUTPUTS if kind.checks]
WRITTEN = (
    ROOT / "action.yml",
    *sorted((ROOT / "examples").rglob("*.*ml")),
    ROOT / "examples/ctest/cmake/Cudacompat.cmake",
)

# The name without a version behind it, given to pip and the like or in a variable: `CUDACOMPAT: cudacompat`.
_GIVEN = r"""\b(?:pip3?|pipx|uv|uvx)\b[^\n#;&|]*\s["']?cudacompat["']?(?:\s|$)"""
_IN_VARIABLE = r"""(?i:cudacompat\w*)\s*[:=]\s*["']?cudacompat["']?\s*$"""
_BARE = re.compile(f"{_GIVEN}|{_IN_VARIABLE}")


def bare(text: str) -> list[str]:
    """The lines that install the bare name, comments and commands alike."""
    return [line for line in text.splitlines() if _BARE.search(line)]


def request(kind: str, **more: object) -> GenerateRequest:
    return GenerateRequest(specs=("8.6",), output=kind, **more)  # type: ignore[arg-type]


@each_case("engine", [engine.name for engine in ENGINES])
def test_no_generated_file_installs_the_bare_name(engine: str) -> None:
    for kind in reaching(next(each for each in ENGINES if each.name == engine), None):
        report = generate(engine, request(kind.name))
        for file in report.files:
            assert bare(file.text) == [], file.name
            assert "venv" not in re.sub(r"python3(?:\.11)? -I -m venv|python3(?:\.\d+)?-venv", "", file.text), file.name
        assert bool(report.beside) == kind.checks
        assert ("cudacompat check" in report.files[0].text) == kind.checks


def test_no_example_and_no_action_installs_the_bare_name() -> None:
    assert len(WRITTEN) > 40
    for file in WRITTEN:
        assert bare(file.read_text()) == [], file


@pytest.mark.parametrize(
    "line",
    [
        "RUN /opt/x/bin/pip install --no-cache-dir cudacompat",
        'before-all = "pipx install cudacompat"',
        "      - run: pipx run --spec cudacompat cudacompat lint",
        '    message("not on PATH: pip install cudacompat, or set it")'.replace(",", " "),
        "    CUDACOMPAT_INSTALL: cudacompat",
        'ARG CUDACOMPAT="cudacompat"',
        "uv pip install 'cudacompat'",
    ],
)
def test_the_bare_name_is_seen(line: str) -> None:
    assert bare(line) == [line]


@pytest.mark.parametrize("kind", CHECKING)
def test_every_package_has_its_version_and_its_hash(kind: str) -> None:
    asked = request(kind)
    report = generate("whisper.cpp", asked)
    assert "--require-hashes --only-binary=:all:" in report.files[0].text
    text, wheel = beside(asked)
    assert tuple(each.name for each in (text, wheel)) == report.beside
    first, *others = re.split(r"\n(?=[a-z./])", re.sub(r"(?m)^#.*\n", "", text.data.decode()).strip())
    digest = hashlib.sha256(wheel.data).hexdigest()
    assert first == f"./.cudacompat/{WHEEL_NAME} \\\n    --hash=sha256:{digest}"
    assert len(others) > 13
    for each in others:
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( \\\n    --hash=sha256:[0-9a-f]{64})+", each), each


def test_the_pins_fit_what_the_project_asks_for() -> None:
    spec = importlib.util.spec_from_file_location("refresh_requirements", ROOT / "tools/refresh_requirements.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    text = (ROOT / "templates/requirements.txt").read_text()
    assert tool.unmet(text) == []
    assert [each.partition("<")[0] for each in tool.unmet(text.replace("typer==", "typer==99."))] == ["typer"]


@pytest.mark.parametrize(
    ("spec", "hashes", "line"),
    [
        ("cudacompat==0.2.0", (ZEROS,), f"cudacompat==0.2.0 \\\n    --hash=sha256:{ZEROS}"),
        (ADDRESS, (f"sha256:{ZEROS}",), f"cudacompat @ {ADDRESS} \\\n    --hash=sha256:{ZEROS}"),
        (f"{ADDRESS}#sha256={ZEROS}", (), f"cudacompat @ {ADDRESS} \\\n    --hash=sha256:{ZEROS}"),
        (f"dist/{WHEEL_NAME}", (ZEROS,), f"./dist/{WHEEL_NAME} \\\n    --hash=sha256:{ZEROS}"),
    ],
)
def test_what_the_user_names_is_installed_by_its_hash(
    tmp_path: Path, spec: str, hashes: tuple[str, ...], line: str
) -> None:
    for kind in CHECKING:
        asked = request(kind, install=spec, install_hashes=hashes, folder=str(tmp_path))
        text = generate("cmake", asked).files[0].text
        (requirements,) = beside(asked)
        assert f"\n{line}\n" in requirements.data.decode()
        assert (f"COPY dist/{WHEEL_NAME} dist/{WHEEL_NAME}\n" in text) == (kind == "dockerfile" and "dist/" in spec)


@pytest.mark.parametrize(
    "spec", [f"git+https://example.org/x.git@{COMMIT}", f"cudacompat @ git+https://a.example/x@{COMMIT}"]
)
def test_a_source_at_a_commit_is_installed_by_itself(spec: str) -> None:
    for kind in CHECKING:
        asked = request(kind, install=spec)
        (file,) = generate("cmake", asked).files
        (line,) = [each for each in file.text.splitlines() if "git+https" in each and "pip install" in each]
        assert "--no-deps" in line
        assert f"@{COMMIT}" in line
        assert re.search(r"\bgit\b(?!\+)", file.text), "pip needs it there"
        assert "git+" not in beside(asked)[0].data.decode()


@each_case(
    ("spec", "hashes", "said"),
    [
        ("cudacompat", (), "not one version of cudacompat"),
        ("cudacompat>=0.1", (ZEROS,), "not one version of cudacompat"),
        ("cudacompat==0.1.0", (), "--install-hash"),
        ("other==0.1.0", (ZEROS,), "not one version of cudacompat"),
        (ADDRESS, (), "--install-hash"),
        (ADDRESS.replace("https", "http"), (ZEROS,), "not one version of cudacompat"),
        ("https://example.org/cudacompat.tar.gz", (ZEROS,), "not the address of a wheel"),
        ("git+https://example.org/x@main", (), "not one version of cudacompat"),
        (f"git+https://example.org/x@{COMMIT[:12]}", (), "not one version of cudacompat"),
        (f"git+https://example.org/x@{COMMIT}", (ZEROS,), "a commit is its own hash"),
        (WHEEL_NAME, (), "give --install-hash"),
        (f"../{WHEEL_NAME}", (ZEROS,), "not below the project's directory"),
        (f"/tmp/{WHEEL_NAME}", (ZEROS,), "not below the project's directory"),
        ("other-1.0-py3-none-any.whl", (ZEROS,), "not a wheel of cudacompat"),
        ("./source", (ZEROS,), "not one version of cudacompat"),
        ("cudacompat==1 --index-url=https://example.org", (ZEROS,), "not one version of cudacompat"),
        ("cudacompat==0.1.0", ("md5:" + "0" * 32,), "not a hash"),
        (None, (ZEROS,), "belongs to --install"),
    ],
)
def test_what_is_not_one_file_is_refused(tmp_path: Path, spec: str | None, hashes: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as refused:
        generate("cmake", request("dockerfile", install=spec, install_hashes=hashes, folder=str(tmp_path)))
    assert "\n" not in str(refused.value)


def test_the_hash_of_a_wheel_in_the_project_is_its_own(tmp_path: Path) -> None:
    (tmp_path / WHEEL_NAME).write_bytes(b"what somebody put there")
    digest = hashlib.sha256(b"what somebody put there").hexdigest()
    command = ("generate", "cmake", "--gpu", "8.6", "--as", "dockerfile", "-o", tmp_path, "--install", WHEEL_NAME)
    assert cudacompat(*command).code == 0
    assert f"--hash=sha256:{digest}" in (tmp_path / ".cudacompat/requirements.txt").read_text()
    refused = cudacompat(*command, "--install-hash", ZEROS, "--write")
    assert (refused.code, refused.out) == (2, "")
    assert "has another hash" in refused.err


def test_what_is_beside_is_kept_and_compared_like_every_file(tmp_path: Path) -> None:
    command = ("generate", "cmake", "--gpu", "8.6", "--as", "gitlab", "-o", tmp_path)
    assert cudacompat(*command).code == 0
    assert cudacompat(*command, "--check").code == 0
    wheel = tmp_path / ".cudacompat" / WHEEL_NAME
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    checked = cudacompat(*command, "--check")
    assert (checked.code, f"{wheel}: differs" in checked.err) == (1, True)
    assert cudacompat(*command, "--diff").out == f"Binary files {wheel} and {wheel} differ\n"
    assert cudacompat(*command).code == 2
    assert cudacompat(*command, "--write").code == 0
    assert cudacompat(*command, "--check").code == 0
    assert cudacompat("generate", "--wheel", tmp_path, "--check").code == 0  # the same, without settings
    assert cudacompat("generate", "cmake", "--wheel", tmp_path).code == 2


# -- what a workflow is allowed


def test_the_examples_use_the_same_commits_as_the_generated() -> None:
    text = (ROOT / "examples/ci/github.yml").read_text()
    assert text.count(f"uses: {CHECKOUT}\n") == 2
    survey = (ROOT / "examples/ci/survey.yml").read_text()
    assert (survey.count(f"uses: {CHECKOUT}\n"), survey.count(f"uses: {UPLOAD_ARTIFACT}\n")) == (2, 1)
    generated = generate("cmake", request("github")).files[0].text
    assert generated.count(f"uses: {CHECKOUT}\n") == generated.count(f"uses: {UPLOAD_ARTIFACT}\n") == 1
    for each in (CHECKOUT, UPLOAD_ARTIFACT):
        assert re.fullmatch(r"[0-9a-f]{40}", each.commit)
        assert each.release in each.source


def zizmor(*files: Path) -> str:
    tool = Path(sys.executable).with_name("zizmor")
    if not tool.is_file():
        toolchain.missing("no zizmor (pip install 'cudacompat[test]')")
    done = subprocess.run(
        [tool, "--offline", "--no-config", "--no-progress", "--color", "never", *files], capture_output=True, text=True
    )
    return done.stdout + done.stderr


def test_zizmor_has_nothing_to_say(tmp_path: Path) -> None:
    files = [ROOT / "action.yml", ROOT / "examples/ci/github.yml", ROOT / "examples/ci/survey.yml"]
    for engine in (each for each in ENGINES if "github" in {kind.name for kind in reaching(each, None)}):
        for name, specs in ((engine.name, ("8.6",)), (f"{engine.name}-matrix", ("7.0", "11.0"))):
            try:
                report = generate(engine.name, GenerateRequest(specs=specs, output="github"))
            except UsageError:  # an engine that no two releases build
                continue
            path = tmp_path / name / report.files[0].name
            path.parent.mkdir(parents=True)
            path.write_text(report.files[0].text)
            files.append(path)
    assert len(files) > 20
    assert "No findings to report" in zizmor(*files)


@pytest.mark.parametrize(
    ("old", "new", "audit"),
    [
        (str(CHECKOUT), "actions/checkout@v5", "unpinned-uses"),
        ("          persist-credentials: false\n", "", "artipacked"),
        ("permissions:\n  contents: read\n", "", "excessive-permissions"),
    ],
)
def test_zizmor_does_see_it(tmp_path: Path, old: str, new: str, audit: str) -> None:
    (file,) = generate("cmake", request("github")).files
    assert old in file.text
    path = tmp_path / file.name
    path.parent.mkdir(parents=True)
    path.write_text(file.text.replace(old, new))
    assert f"[{audit}]" in zizmor(path)


def test_a_workflow_may_read_and_no_more() -> None:
    for engine in ("cmake", "whisper-rs", "llama-cpp-python"):
        assert yaml.safe_load(generate(engine, request("github")).files[0].text)["permissions"] == {"contents": "read"}
