"""The installed Python packages that hold native code, and so may hold code for GPUs.

Their own lists of files (RECORD) are read, never the files, and nothing is imported. Which of them do hold device code
only their bytes can say: names are no evidence.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cudacompat.domain.machine.alternatives import LOADED
from cudacompat.domain.machine.components import Component, Components, SiteFolder
from cudacompat.environments.compilers import bundled_compilers
from cudacompat.environments.overwritten import owners
from cudacompat.environments.own import LEFT_BEHIND, normalised
from cudacompat.places.there import exists, is_file

_LIKELY = re.compile(r"\.(so|pyd|dll|cubin|fatbin|ptx)", re.IGNORECASE)  # somewhere in a line of a list

_LIST_BYTES = 64 << 20  # of one RECORD; torch's has 2 MB
_HEAD_BYTES = 64 << 10  # of one METADATA, whose first lines are name and version
_FOLDERS = 20_000  # folders and files looked at in one package without a list
_LIBRARIES = 20_000  # in all


def components(folders: Iterable[SiteFolder]) -> Components:
    """Return the distributions in these folders that list libraries which are there, by name; their libraries by path.
    The notes name those whose files cannot be told, editable ones above all."""
    found: list[Component] = []
    notes: list[str] = []
    silent: list[str] = []
    total = 0
    for folder in folders:
        for info, linked in (*((each, None) for each in _infos(Path(folder.path))), *_links(Path(folder.path))):
            name, version = _name_and_version(info)
            source = linked or _editable_from(info)
            listed = _listed(folder, info, name, notes=notes) if linked is None else None
            if source is not None:
                notes.append(f"{name} is installed editable from {source}: name that directory to have it checked")
                listed = [*(listed or ()), *_of_source(Path(source), info, name, notes=notes)]
            if listed is None:
                silent.append(name)
                continue
            libraries = tuple(sorted(str(path) for path in listed if is_file(path)))
            total += len(libraries)
            if total > _LIBRARIES:
                notes.append(f"more than {_LIBRARIES} libraries in Python packages: those from {name} on are left out")
                return Components(_ordered(_one_of_each(found)), tuple(notes))
            if libraries:
                found.append(
                    Component(
                        name,
                        version,
                        folder.path,
                        libraries=libraries,
                        manager="editable" if source is not None else _manager(info, folder),
                        requires=_requires(info),
                        compilers=bundled_compilers(_programs(folder, info)),
                    )
                )
    if silent:
        shown = ", ".join(sorted(silent)[:5]) + (", …" if len(silent) > 5 else "")
        notes.append(f"{len(silent)} Python packages do not say which files are theirs: {shown}")
    return Components(_ordered(_one_of_each(found)), tuple(notes))


def _one_of_each(found: Sequence[Component]) -> list[Component]:
    """The distributions, of those of one name in one folder the one whose files are there, which its list has with
    their hashes: `pip install --target` leaves the lists of what it puts others in the place of."""
    same: dict[tuple[str, str], list[Component]] = defaultdict(list)
    for each in found:
        same[each.location, normalised(each.package)].append(each)
    return [every[0] if len(every) == 1 else _in_place(every) for every in same.values()]


def _in_place(every: Sequence[Component]) -> Component:
    newest_first = sorted(every, key=lambda each: _numbers(each.version), reverse=True)
    shared = [path for path in newest_first[0].libraries if all(path in each.libraries for each in every)]
    there = owners(shared[0], newest_first) if shared else ()
    return there[0] if there else newest_first[0]


def _numbers(version: str) -> list[int]:
    return [int(each) for each in re.findall(r"[0-9]{1,9}", version)]


def version_of(package: str, folders: Iterable[str]) -> str | None:
    """Return the version of this package in the first of these folders that has it; `None` where none does."""
    for folder in folders:
        for info in _infos(Path(folder)):
            if normalised(info.name.split("-")[0]) == normalised(package):
                return _name_and_version(info)[1] or None
    return None


def _ordered(found: list[Component]) -> tuple[Component, ...]:
    return tuple(sorted(found, key=lambda package: (package.package.lower(), package.location, package.version)))


def _infos(folder: Path) -> list[Path]:
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(LEFT_BEHIND)]


def _links(folder: Path) -> list[tuple[Path, str]]:
    """What `setup.py develop` installed: the metadata in its source folder, and that folder."""
    found = []
    for link in _named(folder, ".egg-link"):
        source = _head(link).partition("\n")[0].strip()
        if Path(source).is_absolute():
            found += [(each, source) for each in _named(Path(source), ".egg-info") if _is_of(each, link.stem)]
    return found


def _named(folder: Path, ending: str) -> list[Path]:
    try:
        return sorted(folder / entry.name for entry in os.scandir(folder) if entry.name.endswith(ending))
    except (OSError, ValueError):
        return []


def _is_of(info: Path, name: str) -> bool:
    return normalised(info.stem) == normalised(name)


def _name_and_version(info: Path) -> tuple[str, str]:
    """From the metadata; where it does not say, from the name of its folder (`torch-2.8.0.dist-info`)."""
    head = _head(info / "METADATA") or _head(info / "PKG-INFO") or (_head(info) if info.is_file() else "")
    fields = dict(re.findall(r"^(Name|Version):[ \t]*(\S+)[ \t\r]*$", head.split("\n\n", 1)[0], re.MULTILINE))
    name, _, version = info.stem.partition("-")
    return fields.get("Name") or name, fields.get("Version") or re.split(r"-py\d", version)[0]


def _programs(folder: SiteFolder, info: Path) -> list[Path]:
    """The listed files that may be an assembler."""
    lines = (line for line in _lines(info / "RECORD") or () if "ptxas" in line)
    try:
        paths = [_joined(Path(folder.path), row[0]) for row in csv.reader(lines) if row]
    except csv.Error:
        return []
    return sorted(path for path in paths if _belongs(path, folder))


def _requires(info: Path) -> tuple[str, ...]:
    """The requirements of a distribution that no extra asks for."""
    head = (_head(info / "METADATA") or _head(info / "PKG-INFO")).split("\n\n", 1)[0]
    found = re.findall(r"^Requires-Dist:[ \t]*(\S[^\n]*?)[ \t\r]*$", head, re.MULTILINE)
    return tuple(each for each in found if not re.search(r"\bextra\s*==", each))


def _manager(info: Path, folder: SiteFolder) -> str:
    """Who installed it: conda says so in INSTALLER, or leaves that out as builds with setup.py do."""
    said = _head(info / "INSTALLER").strip()
    if said == "conda" or (not said and exists(Path(folder.prefix, "conda-meta"))):
        return "conda"
    return "pip"


def _editable_from(info: Path) -> str | None:
    """The source folder of an editable install (PEP 610's direct_url.json), else `None`."""
    try:
        said = json.loads(_head(info / "direct_url.json") or "null")
        if said["dir_info"]["editable"] is not True:
            return None
        return str(said["url"]).removeprefix("file://")
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _listed(folder: SiteFolder, info: Path, name: str, notes: list[str]) -> list[Path] | None:
    """The libraries of a distribution, whether there or not; `None` where nothing says which files are its own."""
    lines = _lines(info / "RECORD")
    top_folder = Path(folder.path)
    base = top_folder
    if lines is None:  # as pip wrote it for old-style installs, paths counted from the egg-info
        lines, base = _lines(info / "installed-files.txt"), info
    if lines is not None:
        try:
            paths = [_joined(base, path) for path in _loaded(lines)]
            return list(dict.fromkeys(path for path in paths if _belongs(path, folder)))
        except csv.Error:
            pass  # a broken list is none
    return _of_modules((top_folder,), info, name, notes=notes)  # Debian takes RECORD out


def _of_source(source: Path, info: Path, name: str, notes: list[str]) -> list[Path]:
    """The libraries of an editable install: those in its modules, where a source folder mostly has them."""
    if not source.is_absolute():
        return []
    return _of_modules([source / each for each in ("", "src", "python", "lib")], info, name, notes=notes) or []


def _of_modules(folders: Iterable[Path], info: Path, name: str, notes: list[str]) -> list[Path] | None:
    """The libraries in the modules of a distribution, by their names; `None` where none of these modules is there."""
    tops = [top.strip() for top in _head(info / "top_level.txt").splitlines() if top.strip().isidentifier()]
    tops = tops or [re.sub(r"[-.]", "_", name)]
    modules = [path for folder in folders for top in tops for path in (folder / top, folder / f"{top}.py")]
    modules += [path for folder in folders for top in tops for path in _shared_modules(folder, top)]
    there = [path for path in modules if exists(path)]
    libraries: list[Path] = []
    for path in there:
        if not _walk(path, libraries):
            notes.append(f"{name} lists no files, and {path} holds more than {_FOLDERS}: not all were looked at")
    return libraries if there else None


def _loaded(lines: Iterable[str]) -> Iterator[str]:
    """The paths of libraries in a RECORD (PEP 376: CSV of path, hash, size)."""
    likely = (line for line in lines if _LIKELY.search(line))
    yield from (row[0] for row in csv.reader(likely) if row and LOADED.search(row[0]))


def _joined(base: Path, path: str) -> Path:
    return Path(os.path.normpath(base / path))


def _belongs(path: Path, folder: SiteFolder) -> bool:
    """Whether a listed path lies in its environment: a list is a stranger's, and may name any file."""
    return path.is_relative_to(folder.path) or path.is_relative_to(folder.prefix)


def _shared_modules(folder: Path, top: str) -> list[Path]:
    """`top.cpython-311-x86_64-linux-gnu.so` and the like."""
    try:
        return sorted(path for path in folder.glob(f"{top}.*") if LOADED.search(path.name))
    except OSError:
        return []


def _walk(top: Path, libraries: list[Path]) -> bool:
    """Add the libraries under a folder, links not followed, or the path itself; whether that was the whole folder."""
    if not top.is_dir():
        libraries += [top] if LOADED.search(top.name) else []
        return True
    seen = 0
    for folder, folders, files in os.walk(top):
        folders.sort()
        libraries += [Path(folder, name) for name in files if LOADED.search(name)]
        seen += len(folders) + len(files)
        if seen > _FOLDERS:
            return False
    return True


def _lines(path: Path) -> list[str] | None:
    """The lines of a list of files, `None` where there is none or it is far too long."""
    try:
        with path.open("rb") as file:
            data = file.read(_LIST_BYTES + 1)
    except OSError:
        return None
    return os.fsdecode(data).splitlines() if len(data) <= _LIST_BYTES else None


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""
