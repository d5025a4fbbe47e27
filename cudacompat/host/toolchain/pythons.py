"""The Python environments that a person here means: read from their folders; no interpreter is started.

In their order: those named (`--python`), `./.venv`, an active virtual environment or conda environment, and the one of
the `python` on PATH. The environment that runs this very program is left out where one of the first three is there.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from cudacompat.domain.machine.components import BY_OPTION, Environment
from cudacompat.places.roots import Roots

_CONFIG_BYTES = 64 << 10
_LINKS = 16  # from a name on PATH to an interpreter
_ENTRIES = 20_000  # of one folder
_OWN = "runs cudacompat"
# What installs into an environment, beside pip, uv and conda: pip into a folder, and pip where it has to be told twice.
_TARGET, _MANAGED = "pip --target", "pip --break-system-packages"
_LOCKS = {"uv.lock": "uv add", "poetry.lock": "poetry add", "pdm.lock": "pdm add"}


def environments(
    roots: Roots | None = None, asked: Iterable[str] = (), folder: Path | None = None
) -> tuple[Environment, ...]:
    """Return the environments, each once: those asked for, if any are, else all that are found from `folder` (the
    current one)."""
    seen = roots or Roots.real()
    here = folder or Path.cwd()
    named = [environment_at(Path(each), BY_OPTION, seen, here=here) for each in asked]
    if named:
        return _distinct(_with_shells([each for each in named if each is not None], seen))
    meant = list(_meant(seen, here))
    on_path = _on_path(seen, here)
    own = environment_at(Path(sys.prefix), _OWN, seen, here=here)
    found = [*meant, on_path, None if meant else own]
    return _distinct(_with_shells([each for each in found if each is not None], seen))


def _with_shells(found: list[Environment], roots: Roots) -> list[Environment]:
    """The environments, the first one with the folders of packages that PYTHONPATH puts before its own: every Python
    that is started here finds them. The one that runs this very program is no program of theirs."""
    listed = [Path(each) for each in roots.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(each)]  # noqa: PTH117
    folders = tuple(str(each) for each in listed if is_package_folder(each))
    if not folders:
        return found
    if all(each.found_via == _OWN for each in found):
        alone = (
            Environment(each, each, "", found_via="PYTHONPATH", folders=(each,), installer=_TARGET) for each in folders
        )
        return [*alone, *found]
    return [replace(found[0], folders=(*folders, *found[0].folders)), *found[1:]]


def _meant(roots: Roots, here: Path) -> Iterator[Environment]:
    for path, via in (
        (here / ".venv", "./.venv"),
        (Path(roots.environ.get("VIRTUAL_ENV", "")), "VIRTUAL_ENV"),
        (Path(roots.environ.get("CONDA_PREFIX", "")), "CONDA_PREFIX"),
    ):
        found = environment_at(path, via, roots, here=here) if path.is_absolute() else None
        if found is not None:
            yield found


def _distinct(found: Iterable[Environment]) -> tuple[Environment, ...]:
    """Each prefix once, and each folder of packages in the first environment that has it."""
    kept: dict[str, Environment] = {}
    taken: set[str] = set()
    for each in found:
        folders = tuple(path for path in each.folders if os.path.realpath(path) not in taken)
        key = os.path.realpath(each.prefix)
        if key in kept or (each.folders and not folders):
            continue
        taken |= {os.path.realpath(path) for path in folders}
        kept[key] = replace(each, folders=folders)
    return tuple(kept.values())


def environment_at(path: Path, via: str, roots: Roots, here: Path | None = None) -> Environment | None:
    """Return the environment that a folder is, or that an interpreter or a folder of packages belongs to (a folder that
    `pip install --target` filled is one for itself); `None` for anything else."""
    given = Path(os.path.normpath((here or Path.cwd()) / path))
    try:
        if given.is_dir() and not is_environment(given) and is_package_folder(given):
            return _of_packages(given, via, roots, here=here)
        if given.is_dir():
            return _of_prefix(given, "", via, roots=roots, here=here)
        if given.is_file() and re.match(r"(?:python|pypy)", given.name):
            return _of_interpreter(given, via, roots, here=here)
    except OSError:
        return None
    return None


def _on_path(roots: Roots, here: Path) -> Environment | None:
    for name in ("python", "python3", "python.exe"):
        for folder in roots.path:
            program = folder / name
            if _holds(program, Path.is_file) and os.access(program, os.X_OK):
                found = _of_interpreter(program, f"{name} on PATH", roots, here=here)
                return replace(found, program=name.removesuffix(".exe")) if found is not None else None
    return None


def _of_interpreter(program: Path, via: str, roots: Roots, here: Path | None) -> Environment | None:
    """The environment of a program called python: that of the first folder on the way along its links that has a
    pyvenv.cfg, else that of the interpreter itself."""
    if program.parent.name == "shims":
        return _of_shim(program, via, roots, here=here)
    at = program
    for _ in range(_LINKS):
        prefix = at.parent.parent
        if is_environment(prefix):
            return _of_prefix(prefix, "", via, roots=roots, here=here)
        if not at.is_symlink():
            break
        at = Path(os.path.normpath(at.parent / at.readlink()))
    version = re.search(r"(\d+\.\d+)", at.name)
    prefix = at.parent if at.suffix == ".exe" else at.parent.parent
    return _of_prefix(prefix, version[1] if version else "", via, roots=roots, here=here)


def is_environment(prefix: Path) -> bool:
    """Whether this is the folder of a virtual environment, or of one of conda's."""
    return _holds(prefix / "pyvenv.cfg", Path.is_file) or _holds(prefix / "conda-meta", Path.is_dir)


def is_package_folder(folder: Path) -> bool:
    """Whether distributions are installed right in this folder."""
    try:
        return any(each.name.endswith(".dist-info") for each in islice(os.scandir(folder), _ENTRIES))
    except (OSError, ValueError):
        return False


def _of_packages(folder: Path, via: str, roots: Roots, here: Path | None) -> Environment | None:
    """The environment of a folder of packages: the one that it lies in, or itself."""
    if folder.name in ("site-packages", "dist-packages"):
        for prefix in folder.parents[:4]:
            if is_environment(prefix):
                return _of_prefix(prefix, "", via, roots=roots, here=here)
    version = _version_of([folder])
    return Environment(
        str(folder), _label(folder, here), version, found_via=via, folders=(str(folder),), installer=_TARGET
    )


def _of_shim(program: Path, via: str, roots: Roots, here: Path | None) -> Environment | None:
    """The version that pyenv's shims take: PYENV_VERSION, the .python-version of the folder or one above, the global
    one."""
    root = program.parent.parent
    at = here or Path.cwd()
    files = [*(each / ".python-version" for each in (at, *at.parents)), root / "version"]
    texts = [roots.environ.get("PYENV_VERSION", ""), *(_text(file) for file in files)]
    names = (line.strip() for text in texts for line in re.split(r"[\n:]", text)[:1])
    for name in names:
        if re.fullmatch(r"[\w.+-]+", name):
            exact = root / "versions" / name
            newest = sorted(root.glob(f"versions/{name}.*"), key=lambda each: _numbers(each.name))[-1:]
            return next(
                (f for each in (exact, *newest) if (f := _of_prefix(each, "", via, roots=roots, here=here))), None
            )
    return None


def _numbers(text: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", text)]


def _of_prefix(prefix: Path, version: str, via: str, *, roots: Roots, here: Path | None) -> Environment | None:
    """The environment in this folder, `None` where nothing is installed in it. `version` picks among several
    interpreters that share it."""
    config = _text(prefix / "pyvenv.cfg")
    said = dict(re.findall(r"(?m)^\s*([\w-]+)\s*=\s*(.*?)\s*$", config))
    folders = _inside(prefix, version)
    conda = _holds(prefix / "conda-meta", Path.is_dir)
    if not folders and not config and not conda:
        return None
    version = _minor(said.get("version_info") or said.get("version", "")) or version or _version_of(folders)
    if not config:
        folders = [*_users(version, roots), *folders]  # as site.py has them: the user's before the system's
    if said.get("include-system-site-packages", "").lower() == "true":
        folders += _users(version, roots)
    if said.get("include-system-site-packages", "").lower() == "true" and said.get("home"):
        folders += _inside(Path(said["home"]).parent, version)
    installer = "uv" if "uv" in said else "conda" if conda and not config else "pip"
    if not config and not conda and _is_managed(prefix, version):
        installer = _MANAGED
    installer = _of_project(prefix, here or Path.cwd()) or installer
    kept = tuple(dict.fromkeys(str(each) for each in folders))
    return Environment(
        str(prefix),
        _label(prefix, here),
        version,
        found_via=via,
        folders=kept,
        installer=installer,
        program="python" if via in ("VIRTUAL_ENV", "CONDA_PREFIX") else "",
    )


def _of_project(prefix: Path, here: Path) -> str:
    """What changes the packages of a project's environment, whose lock puts back what pip alone would change; empty
    where no lock says that there is such a project. Poetry keeps the environment apart from the project."""
    if prefix.name == ".venv":
        return next((tool for lock, tool in _LOCKS.items() if _holds(prefix.parent / lock, Path.is_file)), "")
    apart = prefix.parts[-3:-1] == ("pypoetry", "virtualenvs") and _holds(here / "poetry.lock", Path.is_file)
    return _LOCKS["poetry.lock"] if apart else ""


def _is_managed(prefix: Path, version: str) -> bool:
    """Whether pip refuses to install into this Python, since a distribution or another program keeps it (PEP 668)."""
    folders = (prefix / lib / f"python{version}" for lib in ("lib", "lib64"))
    return bool(version) and any(_holds(each / "EXTERNALLY-MANAGED", Path.is_file) for each in folders)


def _inside(prefix: Path, version: str) -> list[Path]:
    """Where packages are installed under a prefix; Debian has folders of its own."""
    python = f"python{version}" if version else "python3*"
    patterns = (
        f"lib/{python}/site-packages", f"lib64/{python}/site-packages", f"local/lib/{python}/dist-packages",
        f"lib/{python}/dist-packages", "lib/python3/dist-packages", "Lib/site-packages",
    )  # fmt: skip
    found: dict[str, Path] = {}
    for pattern in patterns:
        try:
            for each in sorted(prefix.glob(pattern)):
                if each.is_dir():
                    found.setdefault(os.path.realpath(each), each)
        except OSError:
            continue
    return list(found.values())


def _users(version: str, roots: Roots) -> list[Path]:
    """What `pip install --user` fills."""
    folder = roots.home / ".local/lib" / f"python{version}" / "site-packages" if roots.home and version else None
    return [folder] if folder is not None and _holds(folder, Path.is_dir) else []


def _version_of(folders: Iterable[Path]) -> str:
    found = (re.search(r"python(\d+\.\d+)", str(each)) for each in folders)
    return next((each[1] for each in found if each is not None), "")


def _minor(text: str) -> str:
    found = re.match(r"\d+\.\d+", text)
    return found[0] if found else ""


def _label(prefix: Path, here: Path | None) -> str:
    try:
        below = str(prefix.relative_to(here or Path.cwd()))
        return below if below == "." else f"./{below}"
    except ValueError:
        return str(prefix)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(_CONFIG_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _holds(path: Path, question: Callable[[Path], bool]) -> bool:
    try:
        return question(path)
    except (OSError, ValueError):
        return False
