"""Projects made to break `lint`: it says in one line what it could not read, goes on, and neither raises, hangs, fills
the memory nor leaves the folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cudacompat.app.lint import lint
from cudacompat.app.project.files import wanted
from cudacompat.domain.reports.lint import LintReport
from tests.helpers.examples import at_most
from tests.helpers.run import ROOT, cudacompat, inside

BAD = "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nRUN cmake -B build -DCMAKE_CUDA_ARCHITECTURES=86;120 .\n"
LIMIT = 2 << 30  # bytes of address space
_LIMITED = (
    f"import resource, sys; resource.setrlimit(resource.RLIMIT_AS, ({LIMIT}, {LIMIT}));"
    "import cudacompat.cli.main as main; main.main()"
)


def good_file(folder: Path) -> None:
    """One file with a known fault: that it is found shows that the rest went on."""
    (folder / "ok").mkdir()
    (folder / "ok" / "Dockerfile").write_text(BAD)


def unread(report: LintReport, folder: Path) -> dict[str, str]:
    """What was not read, by its path below the folder."""
    assert [f.id for f in report.findings if f.id == "unquoted-semicolon"] == ["unquoted-semicolon"]
    return {os.path.relpath(item.path, folder): item.why for item in report.not_read}


# -- files


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("Dockerfile", b"\x7fELF\0\0\0", "a binary file"),
        ("Dockerfile", b"FROM \xff\n", "not UTF-8 (byte 5)"),
        ("Dockerfile", "\ufeffFROM x\n".encode("utf-16-le"), "UTF-16, not UTF-8"),
        ("Dockerfile", "\ufeffFROM x\n".encode("utf-16-be"), "UTF-16, not UTF-8"),
        ("Dockerfile", b"a" * (50 << 20), "larger than 1 MiB"),
        ("compose.yaml", b"cuda: [", "not understood: "),
        ("compose.yaml", b"services:\n  a:\n   image: x\n  - b\n", "not understood: "),
        ("compose.yaml", b"cuda: " + b"[" * 5000, "not understood: "),
        ("compose.yaml", b"cuda:\n" + b"- " * 100_000, "not understood: "),
        ("devcontainer.json", b'{"cuda": ' * 5000, "not understood: "),
        ("CMakePresets.json", b'{"cuda": ' * 5000, "not understood: "),
        ("Cargo.toml", b"a = = 1", "not understood: "),
        ("Cargo.toml", b"a = " + b"[" * 50_000, "not understood: "),
    ],
    ids=lambda value: str(value[:30])[:30],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    good_file(tmp_path)
    (tmp_path / name).write_bytes(data)
    said = unread(lint(str(tmp_path)), tmp_path)
    assert list(said) == [name]
    assert said[name].startswith(why)
    assert "\n" not in said[name]


def test_aliases_that_would_fill_the_memory(tmp_path: Path) -> None:
    good_file(tmp_path)
    levels = [f"l{n}: &l{n} [" + ", ".join([f"*l{n - 1}"] * 9) + "]" for n in range(1, 40)]
    empty = "\n".join(["cuda: 1", "l0: &l0 []", *levels]) + "\n"
    (tmp_path / "compose.yaml").write_text(empty)
    (tmp_path / ".gitlab-ci.yml").write_text(empty.replace("[]", "[cmake]"))
    (tmp_path / "x.yml").write_text(empty)
    merged = [f"m{n}: &m{n} {{<<: [" + ", ".join([f"*m{n - 1}"] * 9) + "]}" for n in range(1, 40)]
    (tmp_path / "docker-compose.yml").write_text("\n".join(["cuda: 1", "m0: &m0 {a: b}", *merged]) + "\n")
    said = unread(lint(str(tmp_path)), tmp_path)
    assert set(said) == {"compose.yaml", ".gitlab-ci.yml", "x.yml", "docker-compose.yml"}
    assert {why.split(":")[1].strip() for why in said.values()} <= {"too many values", "nested too deeply"}


def test_an_alias_of_itself(tmp_path: Path) -> None:
    good_file(tmp_path)
    (tmp_path / "compose.yaml").write_text("cuda: 1\nservices: &a {x: *a}\n")
    assert set(unread(lint(str(tmp_path)), tmp_path)) == {"compose.yaml"}


def test_files_that_include_each_other(tmp_path: Path) -> None:
    good_file(tmp_path)
    (tmp_path / "CMakeLists.txt").write_text(
        "project(x CUDA)\ninclude(CMakeLists.txt)\ninclude(cmake/a.cmake)\nadd_subdirectory(.)\n"
    )
    (tmp_path / "cmake").mkdir()
    (tmp_path / "cmake" / "a.cmake").write_text("include(cmake/a.cmake)\n")
    presets = [{"name": "a", "inherits": "b"}, {"name": "b", "inherits": ["a", "b"]}]
    (tmp_path / "CMakePresets.json").write_text(
        json.dumps({"version": 6, "include": ["CMakePresets.json"], "configurePresets": presets})
    )
    (tmp_path / ".gitlab-ci.yml").write_text("include: .gitlab-ci.yml\ncuda: {extends: cuda, script: [nvcc x.cu]}\n")
    assert unread(lint(str(tmp_path)), tmp_path) == {}


# -- what is no file


def test_pipes_devices_and_links_are_said_and_never_followed_out(tmp_path: Path) -> None:
    folder, outside = tmp_path / "project", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    good_file(folder)
    (outside / "Dockerfile").write_text(BAD)
    os.mkfifo(folder / "Dockerfile")
    (folder / "loop").symlink_to(folder)
    (folder / "other").symlink_to(outside)
    (folder / "a.Dockerfile").symlink_to(outside / "Dockerfile")
    (folder / "b.Dockerfile").symlink_to("b.Dockerfile")
    (folder / "c.Dockerfile").symlink_to("nothing")
    (folder / "d.Dockerfile").symlink_to("ok/Dockerfile")
    (folder / "e.Dockerfile").symlink_to("/dev/zero")
    (folder / "f.Dockerfile").mkdir()
    (folder / "notes").write_text(BAD)
    (folder / "g.Dockerfile").symlink_to("notes")
    assert unread(lint(str(folder)), folder) == {
        "Dockerfile": "not a regular file",
        "a.Dockerfile": "a link that leads out of the directory",
        "b.Dockerfile": "a link that leads nowhere",
        "c.Dockerfile": "a link that leads nowhere",
        "e.Dockerfile": "a link that leads out of the directory",
        "g.Dockerfile": "a link to what is not a build file",
    }


def test_a_socket_and_a_pipe_that_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    ran = cudacompat("lint", tmp_path / "Dockerfile", "--no-config")
    assert (ran.code, ran.out) == (2, "")
    assert "is neither a file nor a directory" in ran.err


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user, which only root may become")
def test_what_this_user_may_not_read() -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        folder = Path(made)
        folder.chmod(0o755)
        good_file(folder)
        (folder / "closed").mkdir()
        (folder / "closed" / "Dockerfile").write_text(BAD)
        (folder / "closed").chmod(0)
        (folder / "no-entry").mkdir()
        (folder / "no-entry" / "Dockerfile").write_text(BAD)
        (folder / "no-entry").chmod(0o644)
        (folder / "Dockerfile").write_text(BAD)
        (folder / "Dockerfile").chmod(0)
        code = f"from tests.whole.test_lint_hostile import show; show({made!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
        (folder / "closed").chmod(0o755)
        (folder / "no-entry").chmod(0o755)
    assert json.loads(done.stdout) == {
        "Dockerfile": "permission denied",
        "closed": "permission denied",
        "no-entry/Dockerfile": "permission denied",
    }, done.stderr


def show(folder: str) -> None:
    """Write what nobody may not read below a folder; called in another process, which root began."""
    lint(str(Path(folder) / "ok"))  # loads what is loaded when it is needed: the checkout may be root's alone
    os.setresuid(65534, 65534, 65534)
    sys.stdout.write(json.dumps(unread(lint(folder), Path(folder))))


def test_names_are_shown_as_text(tmp_path: Path) -> None:
    for name in ("a\nb.Dockerfile", "\x1b[31mred.Dockerfile", "[bold]x[red].Dockerfile", "::error::.Dockerfile"):
        (tmp_path / name).write_text(BAD)
    (tmp_path / os.fsdecode(b"\xff.Dockerfile")).write_text(BAD)
    for format_ in ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html"):
        ran = cudacompat("lint", tmp_path, "--no-config", "--format", format_)
        assert ran.code == 1, ran.err
        assert "\x1b" not in ran.out
        assert ran.err == ""
        if format_ == "text":
            assert sum("error[unquoted-semicolon]" in line for line in ran.out.splitlines()) == 5
            assert "[bold]x[red].Dockerfile" in ran.out
        if format_ == "github":
            assert all(
                line.startswith(("::error ", "::warning ", "::notice ", "lint", "read"))
                for line in ran.out.splitlines()
            )


# -- texts that cost time or memory


def _exports(n: int) -> str:
    return "cuda\n" + "".join(f"export A{i}=1\nmake\n" for i in range(n))


HEAVY: dict[str, Callable[[], tuple[str, str]]] = {
    "100,000 RUN": lambda: ("Dockerfile", "FROM a\n" + "RUN a\n" * 100_000),
    "RUN of 100,000 lines": lambda: ("Dockerfile", "FROM a\nRUN a \\\n" + " && b \\\n" * 100_000 + "c\n"),
    "ENV and RUN": lambda: ("Dockerfile", "FROM a\n" + "".join(f"ENV A{i}=1\nRUN b\n" for i in range(30_000))),
    "ENV of one name and RUN": lambda: (
        "Dockerfile",
        "FROM a\n" + "".join(f"ENV TORCH_CUDA_ARCH_LIST=8.{i % 7}\nRUN pip install .\n" for i in range(18_000)),
    ),
    "raw strings": lambda: ("build.rs", "// cuda\n" + 'r#"' * 300_000),
    "quotes of JSON": lambda: (".devcontainer/devcontainer.json", "// cuda\n" + '"\\' * 450_000),
    "blanks of CMake": lambda: ("CMakeLists.txt", "project(x CUDA)\n" + "\n" * 900_000),
    "open projects of CMake": lambda: ("CMakeLists.txt", "project(" * 120_000 + "# cuda"),
    "numbered heredocs": lambda: ("Dockerfile", "FROM a\nRUN " + "<<E11" * 180_000),
    "stages": lambda: ("Dockerfile", "FROM a AS b\n" * 80_000),
    "copies": lambda: ("Dockerfile", "FROM a\n" + "COPY a b\n" * 100_000),
    "one long ENV": lambda: ("Dockerfile", "FROM a\nENV " + "A=1 " * 200_000),
    "references": lambda: ("Dockerfile", "FROM a\nENV A=" + "x" * 1000 + "\n" + "ENV A=$A$A$A$A\n" * 40),
    "heredocs": lambda: ("Dockerfile", "FROM a\n" + "RUN <<E\n" * 100_000),
    "heredocs of a line": lambda: ("Dockerfile", "FROM a\nRUN " + "<<E " * 200_000),
    "quotes": lambda: ("Dockerfile", 'FROM a\nRUN echo "' + "'\"" * 300_000),
    "backslashes": lambda: ("Dockerfile", "FROM a\nENV A=" + "\\" * 900_000),
    "spaces": lambda: ("Dockerfile", "FROM a\nENV A" + " " * 900_000),
    "dollars": lambda: ("Dockerfile", "FROM a\nENV A=" + "${a:-" * 180_000),
    "exec form": lambda: ("Dockerfile", "FROM a\nRUN " + "[" * 900_000),
    "exec form of many": lambda: ("Dockerfile", "FROM a\nRUN [" + '"a",' * 200_000 + '"b"]'),
    "mounts": lambda: ("Dockerfile", "FROM a\nRUN " + "--mount=a=b " * 80_000),
    "exports": lambda: ("build.sh", _exports(9_000)),
    "pipes": lambda: ("build.sh", "cuda\n" + "a|" * 400_000),
    "pipes on lines": lambda: ("build.sh", "cuda\n" + "a |\n" * 200_000),
    "arrays": lambda: ("build.sh", "cuda\n" + "a=(" * 300_000),
    "brackets": lambda: ("build.sh", "cuda\n" + "$[" * 400_000),
    "less than": lambda: ("build.sh", "cuda\n" + "<" * 900_000),
    "substitutions": lambda: ("build.sh", "cuda\n" + '"$(' * 300_000),
    "nested expansions": lambda: ("build.sh", "cuda\n" + "echo ${a:-" * 90_000),
    "words": lambda: ("build.sh", "cuda " + "a " * 500_000),
    "defines": lambda: ("build.sh", "cmake " + "-DA=cuda;80 " * 80_000),
    "ifs": lambda: ("build.sh", "cuda\n" + "if a; then " * 80_000),
    "make": lambda: ("Makefile", "cuda:\n" + "\t$(A) x\n" * 100_000),
    "make continued": lambda: ("Makefile", "cuda:\n\t" + "a\\\n" * 250_000),
    "make assignments": lambda: ("Makefile", "A" + " " * 900_000 + "\n"),
    "cmake words": lambda: ("CMakeLists.txt", "project(x CUDA)\nset(A " + "80 " * 300_000 + ")\n"),
    "cmake nested": lambda: ("CMakeLists.txt", "project(x CUDA)\n" + "if(" * 300_000),
    "cmake brackets": lambda: ("CMakeLists.txt", "project(x CUDA)\n" + "[=[" * 300_000),
    "cmake brackets of growing length": lambda: (
        "CMakeLists.txt", "project(x CUDA)\n" + "".join(f"[{'=' * i}[" for i in range(1300)),
    ),
    "cmake quotes": lambda: ("CMakeLists.txt", "project(x CUDA)\nset(A " + '"' * 900_001 + ")\n"),
    "cmake comments": lambda: ("CMakeLists.txt", "project(x CUDA)\n" + "#[[" * 300_000),
    "cmake commands": lambda: ("CMakeLists.txt", "project(x CUDA)\n" + "set(A 1)\n" * 100_000),
    "yaml": lambda: (".github/workflows/a.yml", "cuda: 1\njobs:\n" + "  j: {steps: [{run: a}]}\n" * 25_000),
    "yaml script": lambda: (".gitlab-ci.yml", "cuda:\n  script:\n    - |\n" + "      a=1; b\n" * 70_000),
    "expressions": lambda: (".github/workflows/a.yml", "jobs: {a: {steps: [{run: '" + "${{ cuda " * 90_000 + "'}]}}\n"),
    "json": lambda: ("CMakePresets.json", "[" + '"-DCMAKE_CUDA_ARCHITECTURES=80",' * 30_000 + "1]"),
    "json comments": lambda: (".devcontainer.json", '{"cuda": 1 ' + "/*" * 450_000),
    "toml": lambda: ("Cargo.toml", "[env]\n" + "".join(f'A{i} = "8{i}"\n' for i in range(50_000))),
    "env": lambda: (".env", "A=" + '"' * 900_000),
    "env lines": lambda: (".env", "CUDAARCHS=80\n" * 70_000),
    "python": lambda: ("setup.py", '"CUDAARCHS", ' * 70_000),
    "quadlet": lambda: ("a.container", "Environment=" * 75_000),
    "ignores": lambda: ("Dockerfile", "FROM a\n" + "# cudacompat: ignore[x] y\n" * 30_000),
    "comment of ignores": lambda: ("Dockerfile", "FROM a\n#" + " cudacompat:" * 70_000),
    "gitmodules": lambda: (".gitmodules", "github.com/" * 90_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HEAVY)
def test_what_is_heavy_ends_in_bounded_time_and_memory(name: str, tmp_path: Path) -> None:
    file, text = HEAVY[name]()
    good_file(tmp_path)
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert path.stat().st_size <= 1 << 20, "else it would only be refused for its size"
    assert wanted(file)
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, "lint", str(tmp_path), "--no-config", "--format", "json"],
        capture_output=True,
        text=True,
        timeout=150,  # a hang, not a speed, is what it catches
        cwd=ROOT,
    )
    assert done.returncode == 1, done.stderr[-2000:]
    document = json.loads(done.stdout)
    assert "unquoted-semicolon" in [each["id"] for each in document["findings"]]
    assert all("\n" not in each["why"] for each in document["not_read"])


_PARTS = st.sampled_from(
    [
        *("FROM a\n", "RUN ", "ENV ", "ARG ", "COPY ", "A=", "$A", "${A", "}", ":-", "\\\n", "\\", '"', "'", "`", "#"),
        *(
            "<<EOF",
            "EOF\n",
            "\n",
            " ",
            "-D",
            "80;90",
            ";",
            "|",
            "&&",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "\t",
            "ä",
            "€",
            "\r",
        ),
        *("cuda:", "- ", "? ", "&a ", "*a", "<<: ", "services:", "jobs:", "set(", "if(", "[=[", "project(x CUDA)"),
    ]
)


@settings(max_examples=at_most(120), deadline=None)
@given(st.lists(_PARTS, max_size=30).map("".join))
def test_no_text_breaks_any_parser(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name in (
        *("Dockerfile", "build.sh", "Makefile", "CMakeLists.txt", "compose.yaml", ".gitlab-ci.yml", "a.container"),
        *("devcontainer.json", "CMakePresets.json", "Cargo.toml", ".env", "setup.py", "build.rs", "a.mk", "a.hcl"),
        ".github/workflows/a.yml",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(("# cuda\n" if not name.endswith("json") else "").encode() + text.encode())
    lint(str(folder), fix=True, unsafe=True)


# -- folders


def test_an_empty_folder_and_a_file_that_is_none(tmp_path: Path) -> None:
    assert inside("lint", tmp_path, "--no-config").code == 3
    (tmp_path / "README.md").write_text("x")
    assert inside("lint", tmp_path, "--no-config").code == 3
    for wrong, said in (
        ("missing", "no such file or directory"),
        ("-", "and no standard input (-)"),
        ("README.md", "is not a kind of build file"),
    ):
        ran = inside("lint", wrong if wrong == "-" else tmp_path / wrong, "--no-config")
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    (tmp_path / "sub").write_text("x")
    ran = inside("lint", tmp_path / "sub" / "x", "--no-config")
    assert ran.code == 2


def test_a_crates_sources_are_not_followed_out(tmp_path: Path) -> None:
    crate, outside = tmp_path / "crate", tmp_path / "outside.rs"
    (crate / "src").mkdir(parents=True)
    outside.write_text("use whisper_rs::FullParams;\nfn f(p: &mut FullParams) { p.with_gpu(true); }\n")
    (crate / "Cargo.toml").write_text('[package]\nname = "a"\n[dependencies]\nwhisper-rs = "0.14.3"\n')
    (crate / "src" / "main.rs").symlink_to(outside)
    assert not [finding for finding in lint(str(crate)).findings if finding.id == "api-changed"]
    (crate / "src" / "main.rs").unlink()
    (crate / "src" / "main.rs").write_text(outside.read_text())
    assert [finding.id for finding in lint(str(crate)).findings].count("api-changed") == 1
