"""Texts that a Python program, or a Makefile, puts together of its own literals."""

from __future__ import annotations

import time

from cudacompat.artifacts.buildfiles.make_functions import expanded
from cudacompat.artifacts.buildfiles.python_values import PythonTexts
from tests.helpers.each_row import each_case


def last(program: str) -> tuple[str, ...] | None:
    """What the last text of a program that it puts together may be."""
    return list(PythonTexts(program).composed())[-1].texts


@each_case(
    ("program", "texts"),
    [
        ('for a in ("70", "80"):\n    f"sm_{a},{a}"', ("sm_70,70", "sm_80,80")),
        ('a = ["7.0", "8.6"]\nfor b in a:\n    "sm_" + b[0] + b[2]', ("sm_70", "sm_86")),
        ('t = {"11": ["80"], "12": ["90"]}\nfor a in t[release]:\n    "sm_%s" % a', ("sm_80", "sm_90")),
        ('import os\na = os.environ.get("A", "7.0;8.0")\n" ".join(a.split(";"))', ("7.0 8.0",)),
        ('"{x}{0}{x}".format(1, x=2)', ("212",)),
        ('t = {"a": "80"}\nfor n, v in t.items():\n    f"{n}_{v}"', ("a_80",)),
        ('for k in {"80": "a", "90": "b"}:\n    f"sm_{k}"', ("sm_80", "sm_90")),
        ('t = {"80": "a"}\nt = other()\nfor k in t.keys():\n    f"sm_{k}"', None),
        ("import os\nf\"sm_{os.environ['A']}\"", ()),
        ('def made(a):\n    return f"sm_{a}"', None),
        ('a = ["70"]\na[-1] += "x"\n"".join(a)', None),
        ('import torch\nf"sm_{torch.cuda.get_device_capability()}"', None),
        ('ä = "80"\n"ö"; f"sm_{ä}"', ("sm_80",)),
    ],
)
def test_a_text_of_a_program(program: str, texts: tuple[str, ...] | None) -> None:
    assert last(program) == texts


def test_its_place_is_counted_in_characters() -> None:
    program = 'x = "é", "-" + "DX"'
    (made,) = PythonTexts(program).composed()
    assert program[made.start : made.end] == '"-" + "DX"'


@each_case(
    ("text", "said"),
    [
        ("$(foreach a,$(A),-s$(a))", "-s1 -s2"),
        ("$(lastword $(sort $(A)))", "2"),
        ("$(subst .,,$(B))", "86"),
        ("$(foreach a,$(UNKNOWN),-s$(a))", "$(foreach a,$(UNKNOWN),-s$(a))"),
        ("$(C)", "$(C)"),
        ("$(foreach c,$(C),$(c))", "3 4"),
    ],
)
def test_a_text_of_a_makefile(text: str, said: str) -> None:
    assert expanded(text, {"A": ["1 2"], "B": ["8.6"], "C": ["3", "4"]}).strip() == said


def test_what_grows_or_nests_without_end_is_left() -> None:
    begun = time.process_time()
    doubled = 'a0 = ["x"]\n' + "".join(f"a{n} = [[a{n - 1}, 1], [a{n - 1}, 2]]\n" for n in range(1, 400))
    assert last(f'{doubled}"".join(a399)') is None
    assert PythonTexts("x = " + "(" * 5000).given() is not None
    assert "foreach" in expanded("$(foreach a,$(foreach b," * 400 + "x" + ",y),z)" * 400, {})
    assert len(expanded("$(A)" * 60, {"A": ["$(A)$(A)"]})) <= 1 << 14
    assert time.process_time() - begun < 10
