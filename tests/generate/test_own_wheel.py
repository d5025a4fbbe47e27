"""The wheel that goes beside generated files: the running cudacompat, byte for byte the same wherever it is made."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from cudacompat.generate.own_wheel import WHEEL_NAME, wheel
from tests.helpers.run import EXAMPLE, ROOT

CHECKOUT = ("cudacompat", "templates", "pyproject.toml", "README.md", "LICENSE")


def copied(folder: Path) -> Path:
    """This checkout's own files, somewhere else."""
    ignore = shutil.ignore_patterns("__pycache__")
    folder.mkdir()
    for name in CHECKOUT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def members(data: bytes) -> dict[str, bytes]:
    """What a wheel holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def python(*arguments: str | Path, cwd: Path, path: Path | None = None) -> str:
    """What a Python printed, with the modules of a folder before all others."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment |= {"PYTHONPATH": str(path)} if path else {}
    done = subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_holds_what_the_built_wheel_holds(tmp_path: Path) -> None:
    """Against the wheel that the real build backend makes of the same files."""
    source = copied(tmp_path / "source")
    python("-I", "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / "dist", source, cwd=tmp_path)
    (built,) = (tmp_path / "dist").iterdir()
    assert built.name == WHEEL_NAME
    theirs, ours = members(built.read_bytes()), members(wheel())
    own = {name: data for name, data in theirs.items() if not name.endswith((".pyc", "/METADATA", "/WHEEL", "/RECORD"))}
    assert {name: ours.get(name) for name in own} == own
    assert set(ours) == set(theirs)
    info = WHEEL_NAME.removesuffix("-py3-none-any.whl") + ".dist-info/METADATA"
    theirs_said, ours_said = (message_from_string(each[info].decode()) for each in (theirs, ours))
    for key in ("Name", "Version", "Summary", "License-Expression", "Requires-Python"):
        assert ours_said[key] == theirs_said[key], key
    wanted = [each for each in theirs_said.get_all("Requires-Dist", []) if "extra ==" not in each]
    assert sorted(ours_said.get_all("Requires-Dist", [])) == sorted(wanted)


def test_its_record_is_right() -> None:
    """An installer looks at each file's hash and size."""
    import base64

    held = members(wheel())
    (record,) = (data for name, data in held.items() if name.endswith(".dist-info/RECORD"))
    rows = {row[0]: row[1:] for row in csv.reader(record.decode().splitlines())}
    assert set(rows) == set(held)
    for name, data in held.items():
        if not name.endswith("RECORD"):
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert rows[name] == [f"sha256={digest}", str(len(data))], name


def test_the_same_files_make_the_same_wheel_anywhere(tmp_path: Path) -> None:
    """In another folder, with other times and modes, under another umask and locale, beside files of an editor."""
    source = copied(tmp_path / "another")
    for number, path in enumerate(sorted(source.rglob("*"))):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    (source / "cudacompat/cli/main.py").chmod(0o700)
    (source / "cudacompat/.main.py.swp").write_text("an editor's")
    (source / "cudacompat/link.py").symlink_to("/etc/hostname")
    (source / "cudacompat/__pycache__").mkdir(exist_ok=True)
    (source / "cudacompat/__pycache__/main.cpython-312.pyc").write_bytes(b"compiled")
    python("-m", "cudacompat", "generate", "--wheel", tmp_path / "there", cwd=source, path=source)
    assert (tmp_path / "there/.cudacompat" / WHEEL_NAME).read_bytes() == wheel()
    (source / "cudacompat/cli/main.py").write_text("# changed\n")
    script = f"import sys; sys.path.insert(0, {str(source)!r}); from cudacompat.generate.own_wheel import wheel; "
    digest = python("-c", script + "import hashlib; print(hashlib.sha256(wheel()).hexdigest())", cwd=tmp_path)
    assert digest.strip() != hashlib.sha256(wheel()).hexdigest()


def test_what_is_written_installs_by_hash_checks_and_makes_itself_again(tmp_path: Path) -> None:
    """As a check stage does it, in a fresh environment from the package index; a changed byte is refused."""
    python("-m", "cudacompat", "generate", "--wheel", tmp_path, cwd=ROOT, path=ROOT)
    requirements = tmp_path / ".cudacompat/requirements.txt"
    python("-I", "-m", "venv", tmp_path / "env", cwd=tmp_path)
    own = tmp_path / "env/bin/python"
    install = [own, "-I", "-m", "pip", "install", "-q", "--require-hashes", "--only-binary=:all:", "-r", requirements]
    made = tmp_path / ".cudacompat" / WHEEL_NAME
    right = made.read_bytes()
    made.write_bytes(right[:-1] + b"\1")
    refused = subprocess.run(install, cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused.stderr
    made.write_bytes(right)
    done = subprocess.run(install, cwd=tmp_path, capture_output=True, text=True)
    if "ConnectionError" in done.stderr or "Max retries" in done.stderr:
        pytest.skip("no package index")
    assert done.returncode == 0, done.stderr
    tool = tmp_path / "env/bin/cudacompat"
    good = subprocess.run([tool, "check", EXAMPLE, "--gpu", "5.2"], cwd=tmp_path, capture_output=True, text=True)
    bad = subprocess.run([tool, "check", EXAMPLE, "--gpu", "12.0"], cwd=tmp_path, capture_output=True, text=True)
    assert (good.returncode, bad.returncode) == (0, 1), good.stderr + bad.stderr
    subprocess.run([tool, "generate", "--wheel", tmp_path / "again"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "again/.cudacompat" / WHEEL_NAME).read_bytes() == right
    assert (tmp_path / "again/.cudacompat/requirements.txt").read_text() == requirements.read_text()
