"""Fuzz targets for what names packages and what is fetched of them: requirement files and locks, names of packages and
wheels, commands that install, tables of zips behind addresses, headers of servers, environments on the disk."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from cudacompat.app.inputs.packages import chosen, is_package, is_release, requirement_of
from cudacompat.app.lint import findings_of
from cudacompat.app.project.fixes import chosen as chosen_fixes
from cudacompat.app.project.fixes import edited
from cudacompat.app.wheels.lookup import WheelQuery
from cudacompat.artifacts.remote import connection, zip_table
from cudacompat.artifacts.requirements import kinds
from cudacompat.artifacts.requirements.kinds import RequirementKind
from cudacompat.domain.wheels.install_command import install_command
from cudacompat.domain.wheels.package_set import PackageSet, ResolvedSet
from cudacompat.domain.words.errors import CudacompatError
from cudacompat.domain.words.shell_words import shell_words
from cudacompat.domain.words.wheel_tags import Platform
from cudacompat.environments import conda, debian
from cudacompat.host.programs.pip import Link, Listing
from cudacompat.host.toolchain.pythons import environment_at
from cudacompat.places.roots import Roots
from tests.helpers.build import target
from tests.helpers.growing_files import GROWING
from tests.helpers.lint_case import project
from tools.fuzz.target import FuzzTarget, scratch, text_of

_SMALL = 4096
_TARGETS = (target("9.0", "580"), target("12.0"))
_PLATFORM = Platform.parse("linux-x86_64", "3.12")
_WORDS = (
    "torch==",
    "2.5.1+cu124",
    "--index-url ",
    "--extra-index-url ",
    "-r a.txt",
    "; python_version",
    "--hash=sha256:",
)


def _required(kind: RequirementKind) -> Callable[[bytes], None]:
    """Read a file of requirements and judge what it names."""
    name = GROWING[kind].name

    def run(data: bytes) -> None:
        with suppress(ValueError):  # its callers name the file as not understood
            found = kinds.read(kind, text_of(data), name)
            ResolvedSet.of(PackageSet(name, found.requirements)).verdicts(_TARGETS)

    return run


def _installed(data: bytes) -> None:
    """As `lint` does: the list, with the image that installs it, looked at by every rule and mended."""
    files = {
        "requirements.txt": text_of(data),
        "Dockerfile": "FROM ubuntu:24.04\nRUN pip install -r requirements.txt\n",
    }
    edited(files, chosen_fixes(findings_of(project(files, "12.0")), unsafe=True))


def _seeds(kind: RequirementKind) -> Callable[[], Iterator[bytes]]:
    growing = GROWING[kind]

    def seeds() -> Iterator[bytes]:
        for unit in (growing.listed, growing.variable):
            yield (growing.begin + unit(1) + growing.end).encode()
            yield (growing.begin + unit(1) + unit(2) + growing.end).encode()

    return seeds


def _package(data: bytes) -> None:
    """What is written where a package may be named; and, a line each, the files that an index says it has."""
    name, *files = text_of(data).split("\n")
    is_release(name)
    is_package(name)
    with suppress(CudacompatError):
        requirement_of(name)
    with suppress(CudacompatError):
        WheelQuery.parse(name)
    links = tuple(Link(f"https://host/{file}") for file in files)
    with suppress(CudacompatError):
        chosen(name, Listing(tuple(link for link in links if link.file)), _PLATFORM)


def _wheel_name(data: bytes) -> None:
    text = text_of(data)
    with suppress(InvalidWheelFilename):
        parse_wheel_filename(text)
    with suppress(CudacompatError):
        Platform.parse(text, None)
    with suppress(CudacompatError):
        Platform.parse(None, text)


def _command(data: bytes) -> None:
    """A line that may install something."""
    with suppress(ValueError):
        words = shell_words(text_of(data))
        assert words == shlex.split(text_of(data))
        if words:
            install_command(words[0], words, {"PIP_INDEX_URL": "https://a/b", "UV_INDEX": None})


def _table(data: bytes) -> None:
    """The end of a zip, as a server sends it: of a larger one, too."""
    for total in (len(data), len(data) + 1000, (1 << 33) + len(data)):
        with suppress(zip_table.TableError):
            start, size = zip_table.table_place(data, total)
            assert 0 <= size <= zip_table.LARGEST
            first = start - (total - len(data))
            if first >= 0:
                entries = list(zip_table.entries_of(data[first : first + size]))
                for each in entries:
                    assert isinstance(each.is_wanted, bool)
                zip_table.table_of(entries, start)
    with suppress(zip_table.TableError):
        list(zip_table.entries_of(data))


def _headers(data: bytes) -> None:
    """What a server says of a file, and where it is."""
    text = text_of(data)
    with suppress(connection.RemoteError):
        start, end, total = connection._content_range(text)
        assert 0 <= start <= end < total
    assert (connection._length(text) or 0) >= 0
    if connection.is_url(text):
        connection.why_refused(text)


def _environment(data: bytes) -> None:
    """A zero byte parts pyvenv.cfg, .python-version, a list of conda's and Debian's of one environment."""
    config, version, listed, status = (*data.split(b"\0", 3), b"", b"", b"", b"")[:4]
    root = scratch() / "environment"
    for path, piece in (
        ("pyvenv.cfg", config),
        (".python-version", version),
        ("conda-meta/a.json", listed),
        ("var/lib/dpkg/status", status),
        ("lib/python3.12/site-packages/a.py", b""),
        ("bin/python", b""),
    ):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(piece)
    roots = Roots.real()
    for each in (root, root / "bin/python"):
        environment_at(each, "--python", roots, here=root)
    conda.components(str(root))
    debian.components(str(root))


def _zip_ends() -> Iterator[bytes]:
    import io
    import zipfile

    for names in (("pkg/lib.so",), ("a.py", "b.so", "c.dist-info/RECORD")):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in names:
                archive.writestr(name, b"x")
        yield stream.getvalue()
        entries = [
            zip_table.TableEntry(each.row, each.name, each.offset, size=each.size)
            for each in zip_table.entries_of(stream.getvalue()[slice(*_table_of(stream.getvalue()))])
        ]
        yield zip_table.table_of(entries, 0)


def _table_of(data: bytes) -> tuple[int, int]:
    start, size = zip_table.table_place(data, len(data))
    return start, start + size


def _packages() -> Iterator[bytes]:
    yield b"torch==2.5.1\ntorch-2.5.1-cp312-cp312-manylinux_2_28_x86_64.whl\ntorch-2.5.1.tar.gz"
    yield b"a[b]>=1\na-1.0-1-py3-none-any.whl"
    yield b"torch\ntorch-2.6.0+cu124-cp312-cp312-linux_x86_64.whl\ntorch-2.7.0rc1-cp312-cp312-win_amd64.whl"


def _environments() -> Iterator[bytes]:
    package = {"name": "pytorch", "version": "2.5.1", "build": "cuda126", "files": ["lib/libtorch.so"], "channel": "a"}
    yield (
        b"home = /usr/bin\nversion = 3.12.1\n\0003.12\n\0"
        + json.dumps(package).encode()
        + (b"\0Package: cuda-cudart-12-8\nStatus: install ok installed\nVersion: 12.8.90-1\nArchitecture: amd64\n")
    )


TARGETS = (
    *(
        FuzzTarget(
            f"requirements-{Path(GROWING[kind].name).name.replace('.', '-').lower()}",
            _required(kind),
            _seeds(kind),
            _SMALL,
            words=_WORDS,
        )
        for kind in RequirementKind
    ),
    FuzzTarget("lint-requirements-txt", _installed, _seeds(RequirementKind.PIP), _SMALL, words=_WORDS),
    FuzzTarget(
        "package-name", _package, _packages, 1024, words=("==", ".whl", "-cp312-cp312-", "manylinux_2_28_x86_64")
    ),
    FuzzTarget("wheel-name", _wheel_name, lambda: (each.split(b"\n")[1] for each in _packages()), 256),
    FuzzTarget(
        "install-command",
        _command,
        lambda: (
            b"pip install -r a.txt --index-url https://download.pytorch.org/whl/cu124 torch==2.5.1",
            b"uv pip install --torch-backend=auto 'vllm>=0.8' && true",
            b'conda install -c pytorch pytorch=2.5.1 "cudatoolkit"',
        ),
        1024,
        words=("pip", "install", "uv ", "conda", "-m", *_WORDS),
    ),
    FuzzTarget("zip-table", _table, _zip_ends, _SMALL, words=("PK\x05\x06", "PK\x06\x06", "PK\x06\x07", "PK\x01\x02")),
    FuzzTarget(
        "server-headers",
        _headers,
        lambda: (b"bytes 0-9/100", b"https://user:pass@host:443/a/b.whl#sha256=aa", b"12"),
        256,
        words=("bytes ", "https://", "http://localhost", "#sha256="),
    ),
    FuzzTarget("environment", _environment, _environments, _SMALL, words=("version_info = ", "home = ", "Package: ")),
)
