"""Nothing about an engine stands outside `cudacompat/engines`: no name, package, repository, setting or method of one.

What is looked for are whole words in the constants of the code. Docstrings are free, as they are pages and notes for
people, and so are two kinds of quotation: where a fact was read (`source`, `sources`) and a log as it was found
(`sample`), which say nothing that a program acts on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from cudacompat.domain.builds.engine import Engine
from cudacompat.engines import ENGINES
from tests.helpers.run import ROOT
from tests.helpers.trees import tree_of

PACKAGE = ROOT / "cudacompat"
QUOTATIONS = frozenset({"source", "sources", "sample"})

# Words that belong to the tools which every build uses, though engines have facts about them as well.
OF_TOOLS = {
    "CMAKE_CUDA_FLAGS": "CMake's flags for its language CUDA",
    "CUDA_NVCC_FLAGS": "the flags of CMake's module FindCUDA",
    "CXXFLAGS": "the flags of the C++ compiler",
    "SOURCE_DATE_EPOCH": "the variable of reproducible builds",
}

# Where a name may stand, and why. A row goes when its last name goes; none is added without a reason of its own.
ALLOWED: dict[str, tuple[frozenset[str], str]] = {
    "app/inputs/packages.py": (frozenset({"onnxruntime-gpu"}), "an example of a release in the words of a usage error"),
    "cli/commands/generate.py": (frozenset({"whisper-rs", "whisper.cpp"}), "examples of engines in the help"),
    "cli/commands/rebuild.py": (frozenset({"whisper-rs", "whisper.cpp"}), "examples of engines in the help"),
    "domain/builds/setting_facts.py": (frozenset({"cupy", "torch"}), "spellings of a list, named after their readers"),
    "domain/rules/artifact/no_device_code.py": (frozenset({"ggml"}), "an example of a library in a finding's help"),
    "domain/rules/lint/torch_list_unset.py": (frozenset({"torch"}), "the rule's id, which is a contract"),
    "domain/rules/lint/weak_evidence.py": (frozenset({"whisper.cpp"}), "who prints the line that the rule is about"),
}

# A published distribution is no engine that is built: what the rooms of wheels know of it by its name on an index.
DISTRIBUTIONS: dict[str, tuple[frozenset[str], str]] = {
    "domain/logs/catalogue/conda.py": (frozenset({"pytorch"}), "packages of conda, which its solver names so"),
    "domain/rules/lint/torch_mismatch.py": (frozenset({"torch"}), "the rule's id, which is a contract"),
    "domain/wheels/install_command.py": (frozenset({"torch"}), "an option of uv: --torch-backend"),
}


def terms(engines: Iterable[Engine]) -> frozenset[str]:
    """The words that belong to an engine, but for those of plain ways of building and of the tools."""
    found: set[str] = set()
    general: set[str] = set(OF_TOOLS)
    for engine in engines:
        if engine.plain:
            general.update((engine.name, *engine.aliases), (knob.name for knob in (*engine.knobs, *engine.env_knobs)))
        else:
            found.update(_own(engine))
    return frozenset(each for each in found - general if re.fullmatch(r"[\w./:-]{2,}", each))


def _own(engine: Engine) -> Iterator[str]:
    yield from (engine.name, *engine.aliases, *engine.packages, *engine.repositories)
    for knob in (*engine.knobs, *engine.env_knobs, *engine.file_knobs):
        yield from (knob.name, knob.ptx_name or knob.name)
    for facts in (engine.switches, engine.fixed, engine.env_fixed, engine.file_fixed):
        yield from (each.name for each in facts)
    for named in (engine.dead, engine.hazards, engine.removed):
        yield from (each.name for each in named)
    if engine.native is not None:
        yield from (name for name, _ in engine.native.off)
    if engine.api is not None:
        yield engine.api.crate
        yield from (re.sub(r"\W+$", "", change.name) for change in engine.api.changes)


@cache
def pattern_of(words: frozenset[str]) -> re.Pattern[str]:
    """What finds each of some words, as a whole one."""
    any_of = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?:(?<![A-Za-z0-9_])|(?<=-D))(?:{any_of})(?![A-Za-z0-9_])")


def named_in(tree: ast.Module, words: frozenset[str]) -> set[str]:
    """The words that stand in the constants of some code."""
    pattern = pattern_of(words)
    free: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr):
                free.add(id(first.value))
        elif isinstance(node, ast.keyword) and node.arg in QUOTATIONS:
            free.update(map(id, ast.walk(node.value)))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in free:
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            found.update(match[0] for match in pattern.finditer(text))
    return found


_SEAM = re.compile(r"""["']\s*(?:#[^\n]*\s*)*[A-Za-z]{0,2}["']""")  # between two literals that Python joins


def may_name(source: str, words: frozenset[str]) -> bool:
    """Whether one of the words stands anywhere in a source: only then is the code parsed, which takes long."""
    pattern = pattern_of(words)
    return any(pattern.search(text) for text in (source, _SEAM.sub("", source)))


def test_a_word_in_two_pieces_is_no_hiding_place() -> None:
    words = frozenset({"whisper.cpp"})
    for source in ('x = "whisper" ".cpp"', "x = ('whis'  # a note\n     'per.cpp')", 'x = f"whisper.cpp {y}"'):
        assert may_name(source, words)
        assert named_in(ast.parse(source), words) == {"whisper.cpp"}
    assert not may_name('x = "whisper", ".cpp"', words)


def modules() -> Iterator[Path]:
    """The modules of the package outside `engines`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] != "engines":
            yield path


def test_no_engine_is_named_outside_its_room() -> None:
    words = terms(ENGINES)
    found = {
        path.relative_to(PACKAGE).as_posix(): frozenset(named)
        for path in modules()
        if may_name(path.read_text(encoding="utf-8"), words) and (named := named_in(tree_of(path), words))
    }
    allowed = {name: names for name, (names, _) in {**ALLOWED, **DISTRIBUTIONS}.items()}
    assert found == allowed, "a new name belongs to its engine; a name that is gone leaves the list"


def test_every_exception_has_its_reason_and_they_are_few() -> None:
    assert all(len(reason) > 20 for _, reason in ALLOWED.values())
    assert len(ALLOWED) <= 7  # may only shrink
    assert len(DISTRIBUTIONS) <= 3  # may only shrink: names are in domain/wheels/data/distributions.json
    assert all(len(reason) > 20 for _, reason in DISTRIBUTIONS.values())


def test_a_name_is_seen() -> None:
    words = terms(ENGINES)
    assert {"whisper.cpp", "GGML_CUDA", "TORCH_CUDA_ARCH_LIST", "with_gpu", "ggml-org/llama.cpp"} <= words
    assert not {"cmake", "nvcc", "CMAKE_CUDA_ARCHITECTURES"} & words
    assert named_in(ast.parse('x = f"{y} GGML_CUDA=ON"'), words) == {"GGML_CUDA"}
    assert named_in(ast.parse("x = '-DGGML_CUDA=ON'"), words) == {"GGML_CUDA"}
    assert named_in(ast.parse("x = rb'ggml-cuda'"), words) == {"ggml"}
    assert named_in(ast.parse('"""ggml"""\ndef f():\n    """llama.cpp"""\n'), words) == set()
    assert named_in(ast.parse('S(sample="ggml", sources=("llama.cpp",), fix="ggml")'), words) == {"ggml"}
    assert named_in(ast.parse('x = "libggml"'), words) == set()
