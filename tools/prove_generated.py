"""Generate every Dockerfile, CI job and dev container, build or run each, and start what was built; by hand, not in CI.

    tools/prove_generated.py [--only ENGINE]... [--kinds KIND,…] [--store DIR] [--record FILE]
        [--source ENGINE=DIR]... [--define -DX=Y]... [--gpu SPEC]... [--no-ptx]

Needs buildah and podman as root, PyYAML, hadolint and zizmor (extra test), and nvidia/cuda:13.0.2-{devel,runtime,base}-
ubuntu24.04, which may be local stand-ins, in buildah's own storage (--from-storage DRIVER). They are copied into a
store of this script's, where they also get what every build would fetch again: the packages that generated files
install, a cargo of the distribution, and wheels in place of the package index and PyTorch's. So generated files are
built to the letter, and fast; that a file forgets a package of another one's is not seen.

The sources are stand-ins (tools/stand_ins.py) unless --source names real ones: the base images then need what those are
linked to (cuBLAS), and one --gpu with --no-ptx and options of CMake that are added to each generated command line
(--define) keep it to an hour; the row says both. There is no GPU: a program that asks
for one has to say so and end, a server has to become healthy, a library has to find what it is linked to. Exits with 1
if anything differs, 2 if it could not be tried. --record writes the table of docs/generated-files.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from stand_ins import MORE, STAND_INS, StandIn

from cudacompat.engines import known
from cudacompat.generate.outputs import reaching

ROOT = Path(__file__).resolve().parent.parent
CUDACOMPAT = (sys.executable, "-m", "cudacompat")
CUDA = "13.0"
IMAGE = "docker.io/nvidia/cuda:13.0.2-{}-ubuntu24.04"
KINDS = ("dockerfile", "compose", "podman", "bake", "devcontainer", "github", "gitlab")
USER = "10001"
# where a kind builds by itself
FILES = {
    "dockerfile": ("Dockerfile",),
    "github": (".github/workflows/cudacompat.yml",),
    "gitlab": (".gitlab/cudacompat.yml",),
}
# crun wants one kind of cgroups, and a container inside a container may not raise limits
_RUNTIMES = ((), ("--runtime", "runc", "--cgroup-manager", "cgroupfs"))
_LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096")
# stands in for PyTorch where its index is out of reach
_TORCH = {
    "torch/__init__.py": "__version__ = '{version}'\n",
    "setup.py": "from setuptools import setup\nsetup(name='torch', version='{version}', packages=['torch'])\n",
}
_INDEX_PACKAGES = ("setuptools", "wheel", "ninja", "packaging", "psutil", "scikit-build-core")
_LARGE = {"clang", "libclang-dev"}  # half a gigabyte: fetched by the one build that wants it
# what nvidia/cuda's devel images do not have, and stand-ins do
_NOT_BARE = ("cargo", "cmake", "curl", "git", "libssl-dev", "ninja-build", "pkg-config", "python3", "python3-minimal")
_PACKAGES = r"(?m)--no-install-recommends \\\n((?:\s+\S+ \\\n)+)\s+&& rm"


class NotTriedError(Exception):
    """What keeps the script from trying at all."""


@dataclass
class Row:
    """What came of one generated file."""

    engine: str
    kind: str
    source: str
    lint: str = ""
    built: str = ""
    carried: str = ""
    started: str = ""
    gpus: Sequence[str] = ()
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What is built in place of the stand-ins and of the usual GPUs."""

    sources: dict[str, Path]
    defines: Sequence[str] = ()
    gpus: Sequence[str] = ()
    ptx: bool = True


def ran(*words: str | Path, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """A command, its two streams as one text."""
    command = [str(word) for word in words]
    merged = subprocess.STDOUT
    environment = {**os.environ, **more}
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=merged, text=True, env=environment)


def must(*words: str | Path, cwd: Path | None = None) -> str:
    """What a command printed; `NotTriedError` where it fails."""
    try:
        done = ran(*words, cwd=cwd)
    except OSError as error:
        raise NotTriedError(f"{words[0]}: {error.strerror}") from error
    if done.returncode:
        raise NotTriedError(f"{' '.join(map(str, words))}\n{done.stdout[-3000:]}")
    return done.stdout.strip()


class Store:
    """Images and containers of this script's own, apart from the user's."""

    def __init__(self, folder: Path, source: str) -> None:
        place = ("--root", str(folder / "root"), "--runroot", str(folder / "run"), "--storage-driver", "overlay")
        self.buildah = ("buildah", *place)
        self._podman = ("podman", *place)
        self.podman: tuple[str, ...] = ()
        self.limits: tuple[str, ...] = ()
        for flavour in ("base", "runtime", "devel"):
            self._bring(IMAGE.format(flavour), source)
        self._furnish(folder)
        self._choose_runtime()

    def _bring(self, image: str, source: str) -> None:
        if ran(*self.buildah, "inspect", "--type", "image", image).returncode:
            must(*self.buildah, "pull", "-q", f"containers-storage:[{source}]{image}")

    def _furnish(self, folder: Path) -> None:
        """Put into the base images what each build would fetch again: packages, wheels and a cargo."""
        mark = "cudacompat.furnished"
        bare = [each for each in ("base", "runtime", "devel") if mark not in self._about(IMAGE.format(each))]
        if not bare:
            return
        wheels, build, rest, pins = folder / "wheels", set[str](), set[str](), ""
        wheels.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            frameworks = set[str]()
            for engine, kinds in offered((), ("dockerfile",)):
                must(*CUDACOMPAT, *plan_of(engine), "--as", *kinds, "--write", "-o", scratch, cwd=ROOT)
                text = (Path(scratch) / "Dockerfile").read_text()
                frameworks |= set(re.findall(r"pip install torch==(\S+)", text))
                stages = re.findall(_PACKAGES, text)
                build |= set(stages[0].replace("\\", " ").split())
                rest |= {name for each in stages[1:] for name in each.replace("\\", " ").split()}
                pins = (Path(scratch) / ".cudacompat/requirements.txt").read_text()
            for version in frameworks:
                _torch_wheel(version, Path(scratch) / f"torch-{version}", wheels)
        (folder / "pins.txt").write_text(re.sub(r"(?m)^\./\S+ \\\n.*$", "", pins))
        for flavour in bare:
            names = build | rest | {"cargo"} if flavour == "devel" else rest
            packages = " ".join(sorted(names - _LARGE))
            container = must(*self.buildah, "from", "--pull-never", IMAGE.format(flavour))
            self._inside(container, f"apt-get update && apt-get install -y --no-install-recommends {packages}")
            self._inside(container, "apt-get clean")
            must(*self.buildah, "copy", "-q", container, wheels, "/opt/stand-ins")
            must(*self.buildah, "copy", "-q", container, folder / "pins.txt", "/opt/pins.txt")
            # jobs check where they build: the devel image needs what the check installs, too
            # apart: what has hashes is refused beside what has none
            wanted = ("-r /opt/pins.txt", *((" ".join(_INDEX_PACKAGES),) if flavour == "devel" else ()))
            for each in wanted if flavour != "runtime" else ():
                self._inside(
                    container,
                    f"python3 -m pip download -q -d /opt/stand-ins {each} || "
                    f"{{ python3 -m venv /tmp/v && /tmp/v/bin/pip download -q -d /opt/stand-ins {each}; }}",
                )
            settings = ("PIP_FIND_LINKS=/opt/stand-ins", "PIP_NO_INDEX=1")
            given = (word for each in settings for word in ("--env", each))
            must(*self.buildah, "config", *given, "--label", f"{mark}=1", container)
            must(*self.buildah, "commit", "-q", container, IMAGE.format(flavour))
            must(*self.buildah, "rm", container)

    def bare(self) -> str:
        """The devel image without the packages that were put there: what a job calls, it has to install."""
        image = "localhost/cudacompat-bare:devel"
        if ran(*self.buildah, "inspect", "--type", "image", image).returncode:
            container = must(*self.buildah, "from", "--pull-never", IMAGE.format("devel"))
            names = " ".join(_NOT_BARE)
            self._inside(container, f"apt-get purge -y --auto-remove {names} && apt-get clean")
            self._inside(container, "rm -rf /var/lib/apt/lists/* && ! command -v python3 && ! command -v cmake")
            must(*self.buildah, "commit", "-q", container, image)
            must(*self.buildah, "rm", container)
        return image

    def _about(self, image: str) -> str:
        return ran(*self.buildah, "inspect", "--type", "image", image).stdout

    def _inside(self, container: str, script: str) -> None:
        must(*self.buildah, "run", "--isolation", "chroot", container, "--", "sh", "-c", script)

    def _choose_runtime(self) -> None:
        image = IMAGE.format("runtime")
        for runtime in _RUNTIMES:
            for limits in ((), _LIMITS):
                done = ran(*self._podman, *runtime, "run", "--rm", "--network", "none", *limits, image, "true")
                if done.returncode == 0:
                    self.podman, self.limits = (*self._podman, *runtime), limits
                    return
        raise NotTriedError(f"podman starts no container here\n{done.stdout[-1000:]}")

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`podman run`, with what this machine's containers need."""
        return ran(*self.podman, "run", "--network", "none", *self.limits, *words)


def _torch_wheel(version: str, folder: Path, wheels: Path) -> None:
    for name, text in _TORCH.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.format(version=version))
    must(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, folder)


def plan_of(engine: str, asked: Asked | None = None) -> list[str]:
    """The command line that every kind of file is generated with; a list is one number for what takes one alone."""
    ptx = [] if asked is None or asked.ptx else ["--no-ptx"]
    return ["generate", engine, *gpus_of(engine, asked), *ptx, "--cuda", CUDA]


def gpus_of(engine: str, asked: Asked | None = None) -> list[str]:
    """The GPUs of an engine's files, as options."""
    usual = {"candle": ("12.0",), "flash-attention": ("8.0", "12.0")}.get(engine, ("8.6", "12.0"))
    gpus = asked.gpus if asked is not None and asked.gpus else usual
    return [word for gpu in gpus for word in ("--gpu", gpu)]


def lay_out(engine: str, stand_in: StandIn, asked: Asked, folder: Path) -> str:
    """The project's folder; what it is."""
    if engine in asked.sources:
        source = asked.sources[engine]
        shutil.copytree(source, folder, symlinks=True, ignore=shutil.ignore_patterns(".git", "build"))
        return " ".join([f"its own ({source.name})", *asked.defines])
    folder.mkdir()
    stand_in.lay_out(folder)
    return f"stand-in: {stand_in.what}"


def proved(engine: str, stand_in: StandIn, kinds: Sequence[str], *, asked: Asked, store: Store) -> Iterator[Row]:
    """The generated files of an engine, each to its end; one image is built for all that start it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "project"
        source = lay_out(engine, stand_in, asked, folder)
        for kind in kinds:
            must(*CUDACOMPAT, *plan_of(engine, asked), "--as", kind, "--write", "-o", folder, cwd=ROOT)
            for path in FILES.get(kind, ()):
                define(folder / path, asked.defines)
        of_image = [kind for kind in kinds if kind in _STARTS]
        if of_image:
            with ImageBuild(engine, folder, store) as image:
                for kind in of_image:
                    row = Row(engine, kind, source, built=image.said, gpus=gpus_of(engine, asked))
                    row.wrong += image.wrong
                    _STARTS[kind](row, folder, stand_in, store, image.tag)
                    yield row
        for kind in kinds:
            if kind in _JOBS:
                row = Row(engine, kind, source)
                _JOBS[kind](row, folder, store)
                yield row


def define(path: Path, defines: Sequence[str]) -> None:
    """Add options to the configuration that a generated file runs."""
    if defines and path.is_file():
        text = path.read_text()
        path.write_text(text.replace("cmake -S . -B build ", f"cmake -S . -B build {' '.join(defines)} "))


# -- images


def try_dockerfile(row: Row, folder: Path, stand_in: StandIn, store: Store, tag: str) -> None:
    """hadolint, what the image carries, and its start."""
    done = ran(beside("hadolint"), "Dockerfile", cwd=folder)
    row.lint = "hadolint clean" if done.returncode == 0 else f"hadolint: {done.stdout.splitlines()[0]}"
    if done.returncode:
        row.wrong.append(done.stdout)
    if tag:
        carried(row, tag, store)
        promised(row, (folder / "Dockerfile").read_text())
        archived(row, tag, store)
        started(row, tag, stand_in, store)
        sabotaged(row, folder, store)


class ImageBuild:
    """The image of the folder's Dockerfile, removed at the end; `tag` is empty where the build failed."""

    def __init__(self, engine: str, folder: Path, store: Store, *, options: Sequence[str] = ()) -> None:
        self._folder, self._store, self._options = folder, store, options
        self._name = f"localhost/proof-{re.sub('[^a-z0-9]+', '-', engine)}"
        self.tag, self.said, self.wrong = "", "", list[str]()

    def __enter__(self) -> ImageBuild:
        start = time.monotonic()
        done = ran(
            *self._store.buildah, "bud", "--isolation", "chroot", "--pull-never", "--network", "host", "--format",
            "docker", "--layers=false", "-t", self._name, *self._options, ".", cwd=self._folder,
        )  # fmt: skip
        self.said = f"{time.monotonic() - start:.0f} s"
        if done.returncode:
            self.said = f"failed after {self.said}"
            self.wrong.append("\n".join(done.stdout.splitlines()[-30:]))
        else:
            self.tag = self._name
        return self

    def __exit__(self, *_: object) -> None:
        ran(*self._store.buildah, "rmi", "-f", self._name)
        ran(*self._store.buildah, "rmi", "--prune")


def carried(row: Row, tag: str, store: Store) -> None:
    """The device code below /usr/local and /opt/app of the image, all of it one."""
    container = must(*store.buildah, "from", "--pull-never", tag)
    try:
        place = Path(must(*store.buildah, "mount", container))
        row.carried = _targets([place / "usr/local/lib", place / "usr/local/bin", place / "opt/app"])
    finally:
        ran(*store.buildah, "rm", container)
    if not row.carried:
        row.wrong.append("the image carries no device code")


def _targets(folders: Sequence[Path]) -> str:
    """The targets of all device code below these folders."""
    words = [each for each in folders if each.is_dir()]
    if not words:
        return ""
    document = json.loads(must(*CUDACOMPAT, "inspect", "--quiet", "--format", "json", *words, cwd=ROOT))
    return " ".join(sorted({each["target"] for one in document["artifacts"] for each in one["summary"]["targets"]}))


def promised(row: Row, dockerfile: str) -> None:
    """What the file says that must arrive is what the image carries, no less and no more."""
    said = re.search(r"^# What must arrive in the artifact: (.*(?:\n# (?:sm|compute)_.*)*)", dockerfile, re.MULTILINE)
    names = sorted(re.findall(r"(?:sm|compute)_\w+", said[1])) if said is not None else []
    if names != row.carried.split():
        row.wrong.append(f"it promises {' '.join(names)}, and carries {row.carried}")


def archived(row: Row, tag: str, store: Store) -> None:
    """The image as `docker save` writes it, held to its GPUs as a stranger would."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "image.tar"
        must(*store.buildah, "push", "-q", tag, f"docker-archive:{archive}:{tag}")
        done = ran(*CUDACOMPAT, "check", archive, *row.gpus, cwd=ROOT)
    row.carried += f"; `check` of the image ends with {done.returncode}"
    if done.returncode:
        row.wrong.append(done.stdout[-3000:])


def sabotaged(row: Row, folder: Path, store: Store) -> None:
    """The same Dockerfile without the newest GPU in its list: the build has to stop in its check, with 1."""
    with tempfile.TemporaryDirectory() as scratch:
        twin = Path(scratch) / "twin"
        shutil.copytree(folder, twin, symlinks=True)
        text = (twin / "Dockerfile").read_text()
        (twin / "Dockerfile").write_text("".join(map(_without_newest, text.splitlines(keepends=True))))
        with ImageBuild(f"{row.engine}-twin", twin, store) as image:
            pass
    ended = re.search(
        r'building at STEP "RUN \S*cudacompat check .*exit status (\d+)', " ".join(image.wrong), re.DOTALL
    )
    row.carried += f", of its sabotaged twin with {ended[1] if ended else 'nothing'}"
    if ended is None or ended[1] != "1":
        row.wrong.append("\n".join(["the sabotaged twin did not end in its check with 1", *image.wrong]))


def _without_newest(line: str) -> str:
    """A line of a Dockerfile with 9.0 in place of 12.0, but for comments, labels and what is asked of the check."""
    if line.startswith("#") or "--gpu" in line or "image.description" in line:
        return line
    return re.sub(r"(?<![\d.])12(\.?)0[af]?(?![\d.])", r"9\g<1>0", line)


def started(row: Row, tag: str, stand_in: StandIn, store: Store) -> None:
    """Start the container as its user, and see what its program says."""
    writable = 'test "$(id -u)" = 10001 && test -w "$HOME" && test -w "$CUDA_CACHE_PATH"'
    done = store.start("--rm", "--entrypoint", "sh", tag, "-c", f"{writable} || {{ id; env; exit 9; }}")
    if done.returncode:
        row.wrong.append(f"its user has no home or no cache of the driver's to write to\n{done.stdout}")
    if stand_in.model:
        served(row, tag, stand_in, store)
        return
    done = store.start("--rm", tag, *stand_in.start)
    as_said = done.returncode == stand_in.code and stand_in.says in done.stdout
    row.started = f"`{stand_in.start[0]}` ends with {done.returncode}" + (f": {_last(done.stdout)}")
    if not as_said:
        row.wrong.append(f"{' '.join(stand_in.start)} ended with {done.returncode}\n{done.stdout}")


def served(row: Row, tag: str, stand_in: StandIn, store: Store, *more: str) -> None:
    """Start the server, wait until the image's own health check is content, and stop it."""
    with tempfile.TemporaryDirectory() as models:
        Path(models).chmod(0o755)
        (Path(models) / stand_in.model).write_text("no model\n")
        done = store.start("-d", "--volume", f"{models}:/models:ro", *more, tag)
        name = done.stdout.strip().splitlines()[-1]
        if done.returncode:
            row.wrong.append(done.stdout)
            return
        try:
            for _ in range(30):
                time.sleep(1)
                if ran(*store.podman, "healthcheck", "run", name).returncode == 0:
                    row.started = "healthy"
                    break
            else:
                row.wrong.append(f"not healthy\n{ran(*store.podman, 'logs', name).stdout}")
        finally:
            ran(*store.podman, "rm", "-f", "-t", "1", name)


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:60] if lines else "says nothing"


def beside(name: str) -> Path:
    """The program beside this Python."""
    tool = Path(sys.executable).with_name(name)
    if not tool.is_file():
        raise NotTriedError(f"no {name} beside {sys.executable} (pip install 'cudacompat[test]')")
    return tool


# -- what names an image


def try_compose(row: Row, folder: Path, stand_in: StandIn, store: Store, tag: str) -> None:
    """What its `build` names, and a start with its variables; devices and ports are left out."""
    document = yaml.safe_load((folder / "compose.yaml").read_text())
    (service,) = document["services"].values()
    if service["build"] != {"context": ".", "dockerfile": "Dockerfile", **_rust(service)}:
        row.wrong.append(f"builds something else: {service['build']}")
    variables = [word for pair in service["environment"].items() for word in ("--env", "=".join(pair))]
    missing = [each.split(":")[0] for each in service["volumes"] if not each.startswith("./")]
    if set(missing) - set(document["volumes"]):
        row.wrong.append(f"volumes that are not declared: {missing}")
    row.lint = "parsed"
    _as_service(row, stand_in, store, tag=tag, options=variables)


def _rust(service: dict[str, dict[str, object]]) -> dict[str, object]:
    return {"args": service["build"]["args"]} if "args" in service["build"] else {}


def try_podman(row: Row, folder: Path, stand_in: StandIn, store: Store, tag: str) -> None:
    """The three units, read as podman's generator reads them, and a container with what they say."""
    units = {
        path.suffix: path.read_text() for path in folder.iterdir() if path.suffix in (".container", ".build", ".volume")
    }
    text = units[".container"]
    variables = [word for each in re.findall(r"^Environment=(.+)$", text, re.MULTILINE) for word in ("--env", each)]
    user = re.search(r"^User=(\d+)$", text, re.MULTILINE)
    if len(units) != 3 or user is None or user[1] != USER:
        row.wrong.append(f"units {sorted(units)}, user {user and user[1]}")
    row.lint = "parsed"
    _as_service(row, stand_in, store, tag=tag, options=[*variables, "--user", f"{USER}:{USER}"])


def _as_service(row: Row, stand_in: StandIn, store: Store, *, tag: str, options: Sequence[str]) -> None:
    if not tag:
        return
    if stand_in.model:
        served(row, tag, stand_in, store, *options)
        return
    done = store.start("--rm", *options, tag, *stand_in.start)
    row.started = f"`{stand_in.start[0]}` ends with {done.returncode}: {_last(done.stdout)}"
    if done.returncode != stand_in.code:
        row.wrong.append(done.stdout)


def try_bake(row: Row, folder: Path, store: Store) -> None:
    """Each target of the file, as another parser of HCL reads it, built by buildah as bake would build it."""
    import hcl2

    document = hcl2.loads((folder / "docker-bake.hcl").read_text())
    values = {name.strip('"'): str(body["default"]) for each in document["variable"] for name, body in each.items()}
    row.lint = "parsed"
    start = time.monotonic()
    for name, target in (pair for each in document["target"] for pair in each.items()):
        options = ["-f", target["dockerfile"].strip('"'), "--platform", target["platforms"][0].strip('"')]
        for argument, value in target["args"].items():
            options += ["--build-arg", f"{argument}={values.get(value, value).strip(chr(34))}"]
        with ImageBuild(f"{row.engine}-bake", folder, store, options=options) as image:
            row.wrong += image.wrong
            if image.tag:
                carried(row, image.tag, store)
                promised(row, (folder / options[1]).read_text())
                row.started += f"{name.strip(chr(34))}: {' '.join(options)} "
    row.built = f"{time.monotonic() - start:.0f} s"


# -- what runs in a devel image


def try_devcontainer(row: Row, folder: Path, store: Store) -> None:
    """Its creation command, in its image, with its variables; then nvcc compiles."""
    lines = (folder / ".devcontainer/devcontainer.json").read_text().splitlines()
    document = json.loads("\n".join(line for line in lines if not line.lstrip().startswith("//")))
    create = document["onCreateCommand"].split(" && curl --proto")[0]  # rustup is out of reach; cargo is there
    row.lint = "parsed"
    script = f"mkdir -p /var/cache/cuda\n{create} && nvcc --version | tail -n 1 && touch /var/cache/cuda/written"
    start = time.monotonic()
    code, said = in_container(row, folder, Job(script, document["containerEnv"], "/none"), store=store)
    row.built, row.started = f"{time.monotonic() - start:.0f} s", f"ends with {code}"
    if code:
        row.wrong.append("\n".join(said.splitlines()[-30:]))


def try_github(row: Row, folder: Path, store: Store) -> None:
    """zizmor, then the steps of the job in its container, one after another as the runner runs them."""
    path = folder / ".github/workflows/cudacompat.yml"
    done = ran(beside("zizmor"), "--offline", "--no-progress", path)
    row.lint = "zizmor clean" if "No findings to report" in done.stdout else "zizmor finds something"
    if "No findings to report" not in done.stdout:
        row.wrong.append(done.stdout)
    job_and_twin(row, folder, path, _github_job, store=store)


def try_gitlab(row: Row, folder: Path, store: Store) -> None:
    """The lines of the job in its image, as one script, as the runner runs them."""
    row.lint = "parsed"
    job_and_twin(row, folder, folder / ".gitlab/cudacompat.yml", _gitlab_job, store=store)


@dataclass(frozen=True)
class Job:
    """What a runner makes of a job: a script that says each command before it runs it, variables, and the result."""

    script: str
    variables: dict[str, object]
    out: str


def _github_job(text: str) -> Job:
    job = yaml.safe_load(text)["jobs"]["build"]
    said = ["set -e", "export CI=true GITHUB_ACTIONS=true GITHUB_PATH=/tmp/path GITHUB_STEP_SUMMARY=/tmp/summary"]
    said += [": > /tmp/path"]
    for step in job["steps"]:
        if "run" in step:
            run = _CARGO if step["name"] == "Rust" else step["run"]
            said += [f"echo {_STEP} {step['name']}", _ON_PATH, f"bash -e -o pipefail <<'STEP'\n{run}\nSTEP"]
    return Job("\n".join(said), job.get("env", {}), "/out")


def _gitlab_job(text: str) -> Job:
    job = yaml.safe_load(text)["cudacompat"]
    said = ["set -e -o pipefail", "export CI=true GITLAB_CI=true"]
    for line in job["script"]:
        name = "Check" if "cudacompat check" in line else "Build"
        said += [f"echo {_STEP} {name}", _CARGO if "rustup" in line else line]
    return Job("\n".join(said), job["variables"], "/work/out")


_STEP = "=== step"
_ON_PATH = 'while read -r each; do export PATH="$each:$PATH"; done < /tmp/path'
_CARGO = "apt-get install -y --no-install-recommends cargo"  # rustup is out of reach: the distribution's


def job_and_twin(row: Row, folder: Path, path: Path, job_of: Callable[[str], Job], *, store: Store) -> None:
    """The job ends with 0 and gives what it promises; its twin without the newest GPU ends with 1, in its check."""
    text = path.read_text()
    start = time.monotonic()
    code, said = in_container(row, folder, job_of(text), store=store)
    row.built = f"{time.monotonic() - start:.0f} s"
    row.started = f"ends with {code}"
    if code:
        row.wrong.append("\n".join(said.splitlines()[-30:]))
        return
    promised(row, text)
    twin = "".join(map(_without_newest, text.splitlines(keepends=True)))
    code, said = in_container(Row("", "", ""), folder, job_of(twin), store=store)
    row.started += f", its sabotaged twin with {code}"
    if code != 1 or not said.rpartition(_STEP)[2].startswith(" Check"):
        row.wrong.append("\n".join(["the sabotaged twin did not end in its check with 1", *said.splitlines()[-30:]]))


def in_container(row: Row, folder: Path, job: Job, *, store: Store) -> tuple[int, str]:
    """Run a job in a fresh container with a copy of the folder; how it ended, and what it said."""
    container = must(*store.buildah, "from", "--pull-never", store.bare())
    try:
        must(*store.buildah, "copy", "-q", container, folder, "/work")
        given = [word for name, value in job.variables.items() for word in ("--env", f"{name}={value}")]
        run = (*store.buildah, "run", "--isolation", "chroot", "--workingdir", "/work", *given)
        done = ran(*run, container, "--", "bash", "-c", job.script)
        if done.returncode == 0:
            place = Path(must(*store.buildah, "mount", container))
            row.carried = _targets([place / job.out.lstrip("/")])
    finally:
        ran(*store.buildah, "rm", container)
    return done.returncode, done.stdout


_STARTS: dict[str, Callable[[Row, Path, StandIn, Store, str], None]] = {
    "dockerfile": try_dockerfile,
    "compose": try_compose,
    "podman": try_podman,
}
_JOBS: dict[str, Callable[[Row, Path, Store], None]] = {
    "bake": try_bake,
    "devcontainer": try_devcontainer,
    "github": try_github,
    "gitlab": try_gitlab,
}


# -- all of them


def offered(only: Sequence[str], kinds: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each engine with the kinds of files that `generate` offers for it and that make an image or run in one."""
    for engine in known():
        names = {each.name for each in reaching(engine, None)} & set(kinds)
        if names and (not only or engine.name in only):
            if engine.name not in STAND_INS:
                raise NotTriedError(f"tools/stand_ins.py has nothing for {engine.name}")
            yield engine.name, [kind for kind in KINDS if kind in names]


def table(rows: Sequence[Row], day: str) -> str:
    """The rows as the page has them."""
    lines = [
        "| engine | file | sources | lint | build or job | device code | start, without a GPU | day |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        mark = "**FAILS** " if row.wrong else ""
        started = row.started.replace("|", "\\|")
        lines.append(
            f"| {row.engine} | {row.kind} | {row.source} | {row.lint} | {mark}{row.built} | {row.carried} | {started} "
            f"| {day} |"
        )
    return "\n".join(lines) + "\n"


def show(row: Row) -> None:
    """One line, and what is wrong below it."""
    said = "; ".join(each for each in (row.lint, row.built, row.carried, row.started) if each)
    print(f"{'wrong' if row.wrong else 'right'}: {row.engine} {row.kind}: {said}", flush=True)
    for each in row.wrong:
        print("    " + each.replace("\n", "\n    "), flush=True)


def write_record(path: Path, rows: Sequence[Row]) -> None:
    """Put the rows into the page, below its marker; what stands above it stays, and so do rows of other files."""
    marker = "<!-- made by tools/prove_generated.py -->"
    head, _, before = path.read_text().partition(marker) if path.is_file() else ("", "", "")
    day = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    lines = table(rows, day).splitlines()
    again = {tuple(line.split(" | ")[:3]) for line in lines}
    kept = [line for line in before.splitlines() if line.startswith("| ") and tuple(line.split(" | ")[:3]) not in again]
    every = [*lines[:2], *sorted([*kept, *lines[2:]])]
    good = sum("**FAILS**" not in line for line in every[2:])
    said = f"{good} of {len(every) - 2} are as they have to be."
    path.write_text("\n".join([f"{head}{marker}", "", said, "", *every, ""]))


def main() -> int:
    """0 if every file is as it has to be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="ENGINE")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--store", type=Path, default=ROOT / ".scratch/generated")
    parser.add_argument("--from-storage", default="vfs@/var/lib/containers/storage+/run/containers/storage")
    parser.add_argument("--record", type=Path)
    parser.add_argument("--source", action="append", default=[], metavar="ENGINE=DIR")
    parser.add_argument("--define", action="append", default=[], metavar="-DX=Y")
    parser.add_argument("--gpu", action="append", default=[], metavar="SPEC")
    parser.add_argument("--no-ptx", dest="ptx", action="store_false")
    given = parser.parse_args()
    sources = {name: Path(place).resolve() for name, _, place in (each.partition("=") for each in given.source)}
    asked = Asked(sources, given.define, given.gpu, given.ptx)
    rows = []
    try:
        pairs = list(offered(given.only, given.kinds.split(",")))
        store = Store(given.store, given.from_storage)
        for engine, kinds in pairs:
            for stand_in in (STAND_INS[engine], *MORE.get(engine, ())):
                for row in proved(engine, stand_in, kinds, asked=asked, store=store):
                    rows.append(row)
                    show(row)
    except NotTriedError as error:
        print(error, file=sys.stderr)
        return 2
    if given.record is not None:
        write_record(given.record, rows)
    return 1 if any(row.wrong for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
