"""Cures as they are printed, applied: each is put into the list in place of what it cures, and checked again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from cudacompat.app.inputs.targets import resolve_targets
from cudacompat.app.wheels.lists import judge_lists
from cudacompat.domain.policy.policy import Policy
from cudacompat.domain.reports.check import ListedPackages
from cudacompat.domain.wheels.candidates import candidates
from cudacompat.domain.wheels.required import asked_by_framework, asked_in
from cudacompat.domain.wheels.table import rows, rows_of
from cudacompat.domain.words.finding import Finding, Severity
from cudacompat.domain.words.verdict import JitPolicy
from cudacompat.domain.words.versions import DriverRelease

INDEX = "https://download.pytorch.org/whl/"
GPUS = ("6.1", "7.0", "7.5", "8.6", "8.9", "9.0", "10.0", "12.0", "12.1")
DRIVERS = ("535.274.02", "550.163.01", "570.211.01", "580.126.09", "")
_COMMAND = re.compile(r'pip install (?:"[^"]{1,200}" ?)+(?:--\S+ \S+)?')
_DRIVER = re.compile(r"install driver (\d+)")
_NOBODY = "no release of"  # a cure that says itself that something stays behind


def judged(text: str, gpu: str, driver: str) -> ListedPackages:
    release = DriverRelease.parse(driver) if driver else None
    targets = resolve_targets([gpu], release, JitPolicy.NORMAL, {}, ask_machine=False)
    return judge_lists(["requirements.txt"], targets, Policy(), {"requirements.txt": text})


def errors(found: ListedPackages) -> list[Finding]:
    return [each for each in found.findings if each.severity is Severity.ERROR]


def as_list(index: str, *pins: str) -> str:
    return "\n".join([*([f"--index-url {INDEX}{index}"] if index != "pypi" else []), *pins, ""])


def applied(command: str, text: str) -> str:
    """The list after the command: its options and pins, and the packages that it does not name."""
    words = shlex.split(command)[2:]
    options = [" ".join(words[at : at + 2]) for at, word in enumerate(words) if word.startswith("--")]
    pins = [word for word in words if "==" in word]
    named = {pin.partition("==")[0] for pin in pins}
    left = [line for line in text.splitlines() if line[:1] not in ("", "-") and line.partition("==")[0] not in named]
    return "\n".join([*options, *pins, *left, ""])


def still_red(text: str, gpu: str, driver: str) -> Iterator[str]:
    """What is red after a cure of the list was applied."""
    for error in errors(judged(text, gpu, driver)):
        command = _COMMAND.search(error.help or "")
        if command is None or _NOBODY in (error.help or ""):
            continue
        newer = _DRIVER.search(error.help or "")
        after = applied(command[0], text)
        for left in errors(judged(after, gpu, newer[1] if newer else driver)):
            yield f"{text!r} on {gpu}, driver {driver or 'any'}: {error.help} leaves {left.message}"


def test_the_cure_of_every_row_is_one() -> None:
    lists = [as_list(row.index, f"{name}=={row.version}") for name, found in rows().items() for row in found]
    lists += [as_list(each.resolved.build, f"torch=={each.version}") for each in candidates("torch")]
    left = []
    for number, text in enumerate(dict.fromkeys(lists)):
        for place, gpu in enumerate(GPUS):
            for driver in {"", DRIVERS[(number + place) % len(DRIVERS)]}:
                left += still_red(text, gpu, driver)
    assert left == []


_TORCHES = {("2.4.1", "pypi"), ("2.7.1", "pypi"), ("2.8.0", "pypi"), ("2.15.0", "pypi"), ("2.7.1", "cu128")}
_BESIDE = ("bitsandbytes", "xformers", "vllm", "triton", "sgl-kernel", "onnxruntime-gpu")


def pairs() -> Iterator[str]:
    """Lists of a torch with another package: the oldest and the newest that go with it, the newest, and any."""
    for each in candidates("torch"):
        build, torch = each.resolved.build, each.version
        if (str(torch), build) not in _TORCHES:
            continue
        beside = f"--extra-index-url {INDEX}{build}\ntorch=={torch}+{build}\n{{}}\n"
        form = beside if build != "pypi" else f"torch=={torch}\n{{}}\n"
        three = ("torchvision", "torchaudio")
        taken = [[row for row in rows_of(name, index=None) if torch in (asked_in(row) or ())] for name in three]
        own = [f"{name}=={found[-1].version}" for name, found in zip(three, taken, strict=True) if found]
        yield as_list(build, f"torch=={torch}", *own)
        yield as_list(build, f"torch=={torch}", *three)
        for name in _BESIDE:
            fitting = [row.version for row in rows_of(name, index=None) if torch in (asked_in(row) or (torch,))]
            asked = asked_by_framework(name, torch)
            fitting = [version for version in fitting if asked is None or version in asked]
            ends = [*fitting[:1], *fitting[-1:], rows_of(name, index=None)[-1].version]
            yield from (form.format(f"{name}=={version}") for version in dict.fromkeys(ends))
            yield form.format(name)


def test_the_cure_of_two_packages_cures_both() -> None:
    left = []
    for number, text in enumerate(dict.fromkeys(pairs())):
        for gpu in ("6.1", "10.0", "12.0"):
            left += still_red(text, gpu, DRIVERS[number % len(DRIVERS)])
    assert left == []
