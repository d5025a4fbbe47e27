"""What the fixes of `lint` leave of a YAML file: no key with nothing below it, and the rest as it was."""

from __future__ import annotations

import pytest

from cudacompat.app.lint import findings_of
from cudacompat.app.project.fixes import chosen, edited
from tests.helpers.lint_case import project

_CRATE = """\
[package]
name = "asr"
version = "0.1.0"

[dependencies]
whisper-rs = { version = "0.14.3", features = ["cuda"] }
"""
_HEAD = "on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n"
_STEPS = "    steps:\n      - run: cargo build --release\n"
_LISTED = '      CMAKE_CUDA_ARCHITECTURES: "86-real;120-real"\n'
_DEAD = '      TORCH_CUDA_ARCH_LIST: "8.6;12.0"\n      CUDA_ARCH_LIST: "86;120"\n'


def _fixed(workflow: str, *, unsafe: bool = False) -> str:
    name = ".github/workflows/build.yml"
    texts = {"Cargo.toml": _CRATE, ".cargo/config.toml": "", name: workflow}
    for _ in range(4):
        making = chosen(findings_of(project(texts)), unsafe=unsafe)
        texts |= edited(texts, making)
    return texts[name]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        # the key goes with the last of its values, and not before
        (
            f"{_HEAD}    env:\n{_LISTED}{_STEPS}        env:\n    {_DEAD.replace(chr(10), chr(10) + '    ')[:-4]}",
            f"{_HEAD}    env:\n{_LISTED}{_STEPS}",
        ),
        (f"{_HEAD}    env:\n{_LISTED}{_DEAD}{_STEPS}", f"{_HEAD}    env:\n{_LISTED}{_STEPS}"),
        # a comment below it stays
        (
            f"{_HEAD}    env:\n{_LISTED}{_STEPS}        env:\n          # for the card\n"
            '          TORCH_CUDA_ARCH_LIST: "12.0"\n',
            f"{_HEAD}    env:\n{_LISTED}{_STEPS}          # for the card\n",
        ),
        # it begins an item of a list
        (
            f'{_HEAD}    env:\n{_LISTED}    steps:\n      - env:\n          CUDA_ARCH_LIST: "86"\n'
            "        run: cargo build --release\n",
            f"{_HEAD}    env:\n{_LISTED}    steps:\n      - env: {{}}\n        run: cargo build --release\n",
        ),
    ],
    ids=["emptied", "one-is-left", "comment", "item"],
)
def test_a_key_goes_with_its_last_value(before: str, after: str, end: str) -> None:
    assert _fixed(before.replace("\n", end)) == after.replace("\n", end)


def test_a_dead_list_becomes_the_one_that_is_read() -> None:
    before = f"{_HEAD}    env:\n{_DEAD}{_STEPS}"
    assert f'    env:\n      CMAKE_CUDA_ARCHITECTURES: "86-real;120"\n{_STEPS}' in _fixed(before, unsafe=True)


@pytest.mark.parametrize(
    ("listed", "left"),
    [
        ("    environment:\n      - {}\n", ""),
        ('    environment:\n    - "{}"\n', ""),
        ("    environment:\n    - {}\n    - A=1\n", "    environment:\n    - A=1\n"),
        ("    environment:\n      - A=1\n      - {}  # a test\n", "    environment:\n      - A=1\n"),
    ],
    ids=["only", "no-indent", "first", "last"],
)
def test_an_item_of_a_list_goes_as_a_whole(listed: str, left: str) -> None:
    head, rest = "services:\n  asr:\n    image: foo\n", "    restart: always\n"
    texts = {"docker-compose.yml": head + listed.format("CUDA_FORCE_PTX_JIT=1") + rest}
    making = chosen(findings_of(project(texts)), unsafe=True)
    assert edited(texts, making)["docker-compose.yml"] == head + left + rest
