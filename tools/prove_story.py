"""The incident from its folder to an image that serves the card, by nothing but commands that cudacompat prints.

    tools/prove_story.py [--sabotage]

Needs buildah, and root or user namespaces; the base images nvidia/cuda:13.0.2-{devel,runtime}-ubuntu24.04 (or local
stand-ins of these names) must be there. The folder is examples/incident with a crate that stands in for whisper-rs
0.14.3 (tests/projects/whisper-rs); its Dockerfile gets a newer CUDA and a cargo of the distribution, nothing else.
`doctor` says what to do, and its commands are carried out to the letter, with buildah in docker's place.

With --sabotage the list in the mended Dockerfile is replaced by 75-real, and the last command has to say so. Exits
with 0 if all is as promised, 1 if not, 2 if it could not be tried.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from prove_image import BUILDAH, CUDACOMPAT, ROOT, build, run, with_cargo

GPUS = ("RTX 5070 Ti", "8.0", "8.6", "8.9")
CUDA = "13.0.2"
KEPT = ("nginx", "supervisor", "EXPOSE 7004", 'CMD ["supervisord"', "WHISPER_MODEL")


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each of these replaced, all of which have to be there."""
    for old, new in pairs:
        assert old in text, f"the incident has no {old!r}"
        text = text.replace(old, new)
    return text


def lay_out(folder: Path) -> None:
    """The incident's folder, with the inputs that its Dockerfile names."""
    shutil.copytree(ROOT / "tests/projects/whisper-rs", folder, ignore=shutil.ignore_patterns("target"))
    for file in ("Cargo.toml", "Cargo.lock", "whisper-rs/Cargo.toml", "whisper-rs/sys/Cargo.toml"):
        (folder / file).write_text((folder / file).read_text().replace("0.16.0", "0.14.3"))
    for file in ("libggml-cuda.so", "container.log"):
        shutil.copy(ROOT / "examples/incident" / file, folder)
    (folder / "nginx.conf").write_text("events {}\n")
    (folder / "supervisord.conf").write_text("[supervisord]\n")
    text = changed(
        (ROOT / "examples/incident/Dockerfile").read_text(),
        ("12.9.1", CUDA),
        ("COPY src ./src\n", "COPY src ./src\nCOPY whisper-rs ./whisper-rs\n"),
        ("release/transcribe-api", "release/transcriber"),
    )
    (folder / "Dockerfile").write_text(re.sub(r"RUN curl .*rustup.*\nENV PATH=.*\n", "", text))


def own(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """One of cudacompat's own commands, as it was printed."""
    return subprocess.run([*CUDACOMPAT, *words], cwd=folder, capture_output=True, text=True)


def printed(folder: Path) -> list[str]:
    """The commands of doctor's plan."""
    gpus = [word for gpu in GPUS for word in ("--gpu", gpu)]
    said = own(["doctor", ".", *gpus, "--format", "json"], folder)
    if said.returncode != 1:
        sys.exit(f"doctor ended with {said.returncode}\n{said.stderr}")
    return [step["command"] for step in json.loads(said.stdout)["plan"] if step["command"]]


def starting(commands: list[str], words: str) -> str:
    """The command of the plan that begins so."""
    found = next((each for each in commands if each.startswith(words)), None)
    if found is None:
        sys.exit(f"doctor's plan has no command that begins with {words!r}:\n" + "\n".join(commands))
    return found


def main() -> int:
    """0 if the image, or the check of the sabotaged one, is as promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sabotage", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "story"
        lay_out(folder)
        commands = printed(folder)
        started = time.monotonic()
        mended = own(shlex.split(starting(commands, "cudacompat lint"))[1:], folder)
        text = (folder / "Dockerfile").read_text()
        print(mended.stderr.strip(), mended.stdout.strip(), sep="\n")
        if mended.returncode or not all(each in text for each in KEPT):
            return 1
        if given.sabotage:
            whole, text = text, re.sub(r"(CMAKE_CUDA_ARCHITECTURES=\"?)[^\"'\s]+", r"\g<1>75-real", text)
            assert whole != text, "nothing to sabotage in this Dockerfile"
            (folder / "Dockerfile").write_text(text)
        devel = f"docker.io/nvidia/cuda:{CUDA}-devel-ubuntu24.04"
        (folder / "Dockerfile").write_text(changed((folder / "Dockerfile").read_text(), (devel, with_cargo(devel))))
        words = shlex.split(starting(commands, "docker build"))
        tag = words[words.index("-t") + 1]
        code, said, _ = build(folder, tag)
        if code:
            print("\n".join(said.splitlines()[-25:]))
            return 1
        archive = Path(scratch) / "image.tar"
        run(*BUILDAH, "push", f"localhost/{tag}", f"docker-archive:{archive}:{tag}:latest")
        save, _, check = starting(commands, "docker save").partition(" | ")
        assert save == f"docker save {tag}", save
        with archive.open("rb") as stream:
            done = subprocess.run(
                [*CUDACOMPAT, *shlex.split(check)[1:]], stdin=stream, capture_output=True, text=True, cwd=folder
            )
        print(done.stdout)
        wanted = 1 if given.sabotage else 0
        print(
            f"{'sabotaged' if given.sabotage else 'healed'}: {time.monotonic() - started:.0f} s, exit {done.returncode}"
        )
        return 0 if done.returncode == wanted and ("sm_75" in done.stdout) == given.sabotage else 1


if __name__ == "__main__":
    raise SystemExit(main())
