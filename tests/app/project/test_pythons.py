"""The Python that an image installs for, and the newest release that it takes."""

from __future__ import annotations

from cudacompat.app.project.pythons import Pythons
from cudacompat.domain.rules.lint import wheel_cannot_run
from cudacompat.domain.wheels.narrowing import held_to_python
from cudacompat.domain.wheels.requirement import Requirement
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project


@each_case(
    ("dockerfile", "python"),
    [
        ("FROM python:3.8\nRUN pip install torch\n", "3.8"),
        ("FROM python:3.10.4-slim\nRUN pip install torch\n", "3.10"),
        ("FROM python:3\nRUN pip install torch\n", None),
        ("FROM ubuntu:20.04\nRUN apt-get install -y python3-pip\nRUN pip3 install torch\n", "3.8"),
        ("FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get install -y python3 && pip install torch\n", "3.10"),
        ("FROM ubuntu:20.04\nRUN apt-get install -y python3.9 python3.9-dev\nRUN pip install torch\n", "3.9"),
        ("FROM ubuntu:20.04\nRUN apt-get install -y python3.9 python3.11\nRUN pip install torch\n", None),
        (
            "FROM ubuntu:20.04\nRUN apt-get install -y python3.9 python3.11\nRUN python3.11 -m pip install torch\n",
            "3.11",
        ),
        ("FROM ubuntu:20.04 AS a\nRUN apt-get install -y python3-pip\nFROM a\nRUN pip3 install torch\n", "3.8"),
        ("FROM ubuntu:20.04\nRUN wget Miniconda3-latest.sh\nRUN conda install x\nRUN pip install torch\n", None),
        ("FROM ubuntu:20.04\nRUN pip install torch\n", None),
        ("FROM python:3.8\nRUN uv venv && pip install torch\n", None),
        ("FROM example.org/base\nRUN apt-get install -y python3-pip\nRUN pip install torch\n", None),
    ],
)
def test_an_image_says_its_python(dockerfile: str, python: str | None) -> None:
    facts = project({"Dockerfile": dockerfile})
    command = next(each for each in reversed(facts.commands) if "torch" in each.line)
    assert Pythons(facts.commands).of(command) == python


@each_case(
    ("specifier", "python", "held"),
    [
        ("", "3.9", "<=2.8.0"),
        ("", "3.8", "<=2.4.1"),  # torch 2.5 says that it is for 3.8, and has no wheel for it
        (">=2.0", "3.9", ">=2.0,<=2.8.0"),
        ("==2.4.1", "3.9", "==2.4.1"),
        ("", "3.12", ""),
    ],
)
def test_an_older_python_takes_no_newer_release(specifier: str, python: str, held: str) -> None:
    requirement = Requirement("torch", specifier, "torch", "Dockerfile", 1)
    assert held_to_python(requirement, python).specifier == held


@each_case(
    ("dockerfile", "gpu", "pin", "needs"),
    [
        ("FROM python:3.8\nRUN pip install torch==2.3.1\n", "12.0", "torch==2.7.1+cu128", "Python 3.9 to 3.13"),
        ("FROM python:3.10\nRUN pip install torch==2.3.1\n", "12.0", "torch==2.7.1+cu128", ""),
        # a release that this Python takes comes before a nearer one that it does not
        ("FROM python:3.10\nRUN pip install torch==1.10.2\n", "9.0", "torch==2.0.1+cu118", ""),
        ("FROM python:3.13\nRUN pip install torch==1.10.2\n", "9.0", "torch==2.5.1", ""),
    ],
)
def test_a_cure_is_for_the_python_of_the_image_or_names_its_own(
    dockerfile: str, gpu: str, pin: str, needs: str
) -> None:
    (found,) = wheel_cannot_run.RULE.check(project({"Dockerfile": dockerfile}, gpu))
    assert pin in str(found.help)
    assert ("Python" in str(found.help)) is bool(needs)
    assert needs in str(found.help)
