"""What a shell makes of known texts, held to bash itself."""

from __future__ import annotations

import subprocess

from cudacompat.artifacts.buildfiles.commands import commands
from cudacompat.domain.project.model import SourceFile
from tests.helpers.each_row import each_case


@each_case(
    "made",
    [
        "${V%.*}",
        "${V%%.*}",
        "${V#*.}",
        "${V##*.}",
        "${V//./}",
        "${V/./-}",
        "${V//./ }",
        "${V:0:2}",
        "${V:3}",
        "${V%.1}",
        "${V%9}",
        "$(echo ${V} | cut -d'.' -f1)",
        "$(echo $V | cut -d. -f1,2 | tr -d .)",
        "$(echo $V | cut -c1-4)",
        "$(echo $V | cut -d . -f 2-)",
        "$(echo ${V%.*} | sed 's/\\.//g')",
        "$(echo $V | sed 's/\\.//')",
        "$(echo $V | sed -e s/6/7/)",
        "$(echo $V | tr . _)",
        "$(printf %s $V | cut -d. -f2)",
        "$(echo $V | awk -F. '{print $1$2}')",
        "$(echo $V | awk -F. '{print $1\".\"$2}')",
        "$(echo $V a | awk '{print $2, $1}')",
        "$(echo $V | awk '{split($0, a, \".\"); print a[1]a[2]}')",
        "`echo $V | cut -d. -f1`",
    ],
)
def test_a_text_is_what_bash_makes_of_it(made: str) -> None:
    (command,) = (
        each
        for each in commands(SourceFile("a.sh", f'V=12.6.1\nX="{made}"\nnvcc $X'), 0, 1 << 12, environment={})
        if each.program == "nvcc"
    )
    done = subprocess.run(
        ["bash", "-c", f'V=12.6.1\nX="{made}"\nprintf "nvcc %s" "$X"'], capture_output=True, text=True, check=True
    )
    assert " ".join(word.text for word in command.words) == " ".join(done.stdout.split())
    assert all(word.known for word in command.words)


@each_case(
    "made",
    [
        "${W%.*}",
        "${V%[0-9]}",
        "${V^^}",
        "$(cat version)",
        "$(echo $W | cut -d. -f1)",
        "$(echo $V | cut -d. -f1 | sort)",
        "$(echo $V | sed 's/[0-9]//g')",
        "$(echo $V | sed 's/./x/g')",
        "$(echo $V | awk '{print NF}')",
        "$(echo $V | cut --output-delimiter=x -f1)",
    ],
)
def test_what_else_a_shell_makes_is_not_known(made: str) -> None:
    file = SourceFile("a.sh", f'V=12.6.1\nX="{made}"\nnvcc -a$X')
    (command,) = (each for each in commands(file, 0, len(file.text), environment={}) if each.program == "nvcc")
    assert not command.words[-1].known
