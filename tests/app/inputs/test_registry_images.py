"""Images that buildah makes, in Debian's registry, in archives and in folders: one answer, wherever the image lies."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.helpers import device_files as df
from tests.helpers import toolchain
from tests.helpers.registry_server import real_registry
from tests.helpers.run import Ran, inside

OLD, NEW = df.library("sm_75"), df.library("sm_120")
BCRYPT_OF_WORD = "$2b$04$abcdefghijklmnopqrstuuB/GrfUOm5dtrEiT8lcouu5XB5ftbWLi"
JUDGED = ("--gpu", "RTX 5070 Ti", "--no-config", "--format", "json")


@dataclass(frozen=True)
class Images:
    """A store of images; `buildah` runs the program on it."""

    folder: Path
    buildah: Callable[..., str]
    host: str

    def pushed(self, name: str, to: str) -> str:
        """Push an image, and return where it lies."""
        self.buildah("push", "--tls-verify=false", name, to)
        return to


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    """`sick` holds an old library and a new one, `cured` removes the old one in a layer of its own, `plain` holds none;
    `both` is sick for Intel and cured for Arm."""
    folder = tmp_path_factory.mktemp("images")
    program = toolchain.optional_program("buildah")
    store = folder / "storage.conf"
    store.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n')
    environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(store)}

    def buildah(*words: str) -> str:
        done = subprocess.run([str(program), *words], capture_output=True, text=True, env=environment, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    tried = subprocess.run([str(program), "from", "scratch"], capture_output=True, text=True, env=environment)
    if tried.returncode:
        pytest.skip(f"buildah makes no image here: {tried.stderr.strip()[-300:]}")
    for name, data in (("old.so", OLD), ("new.so", NEW), ("run.sh", b"#!/bin/sh\n")):
        (folder / "amd64").mkdir(exist_ok=True)
        (folder / "amd64" / name).write_bytes(data)
    (folder / "arm64").mkdir()
    (folder / "arm64" / "new.so").write_bytes(NEW[:18] + bytes([183, 0]) + NEW[20:])  # e_machine: AArch64

    def image(name: str, base: str, arch: str = "amd64", *, files: tuple[str, ...] = (), gone: str = "") -> None:
        container = buildah("from", "--arch", arch, base)
        for file in files:
            buildah("copy", "-q", container, str(folder / arch / file), f"/usr/lib/{file}")
        if gone:
            (Path(buildah("mount", container)) / gone).unlink()
            buildah("umount", container)
        buildah("commit", "-q", container, f"localhost/{name}:1")
        buildah("rm", container)

    image("sick", "scratch", files=("old.so", "new.so"))
    image("cured", "localhost/sick:1", gone="usr/lib/old.so")
    image("plain", "scratch", files=("run.sh",))
    image("arm", "scratch", "arm64", files=("new.so",))
    buildah("manifest", "create", "both", "localhost/sick:1", "localhost/arm:1")
    with real_registry(folder) as host:
        made = Images(folder, buildah, host)
        for name in ("sick", "cured", "plain"):
            made.pushed(f"localhost/{name}:1", f"docker://{host}/{name}:1")
        buildah("manifest", "push", "--all", "--tls-verify=false", "both", f"docker://{host}/demo/both:1")
        yield made
    subprocess.run(["chmod", "-R", "u+w", str(folder / "store")])
    shutil.rmtree(folder / "store", ignore_errors=True)


def places(images: Images, name: str) -> dict[str, str]:
    """The same image in every place that is read, by what the place is."""
    folder = images.folder / name
    folder.mkdir(exist_ok=True)
    found = {"registry": f"oci://{images.host}/{name}:1"}
    for kind, file in (
        ("docker-archive", "saved.tar"),
        ("oci-archive", "oci.tar"),
        ("oci", "layout"),
        ("dir", "copied"),
    ):
        path = folder / file
        if not path.exists():
            images.pushed(f"localhost/{name}:1", f"{kind}:{path}" + (f":localhost/{name}:1" if kind != "dir" else ""))
        found[kind] = str(path)
    return found


def judged(ran: Ran) -> tuple[int, list[str]]:
    return ran.code, [each["path"].partition("!/")[2] for each in ran.json["artifacts"]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sick", (1, ["usr/lib/new.so", "usr/lib/old.so"])),
        ("cured", (0, ["usr/lib/new.so"])),
        ("plain", (3, [])),
    ],
)
def test_one_answer_wherever_it_lies(images: Images, name: str, expected: tuple[int, list[str]]) -> None:
    for kind, place in places(images, name).items():
        ran = inside("check", place, *JUDGED)
        assert judged(ran) == expected, kind
        assert ran.json["not_read"] == [], kind
        assert [image["platform"] for image in ran.json["images"]] == ["linux/amd64"], kind
        red = {each["path"] for each in ran.json["findings"] if each["id"] == "no-runnable-code"}
        assert red == ({f"{place}!/usr/lib/old.so"} if name == "sick" else set()), kind


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux/amd64", (1, ["usr/lib/new.so", "usr/lib/old.so"])),
        ("linux/arm64", (0, ["usr/lib/new.so"])),
    ],
)
def test_an_image_for_several_platforms(images: Images, platform: str, expected: tuple[int, list[str]]) -> None:
    path = images.folder / "both.tar"
    if not path.exists():
        images.buildah("manifest", "push", "--all", "both", f"oci-archive:{path}:both:1")
    copied = images.folder / "both"
    if not copied.exists():
        images.buildah("manifest", "push", "--all", "both", f"dir:{copied}")
    for place in (f"oci://{images.host}/demo/both:1", str(path), str(copied)):
        ran = inside("check", place, *JUDGED, "--platform", platform)
        assert judged(ran) == expected
        other = {"linux/amd64", "linux/arm64"} - {platform}
        assert {*ran.json["images"][0]["others"]} == other
    for place in (f"oci://{images.host}/demo/both:1", str(path)):
        ran = inside("check", place, *JUDGED, "--platform", "linux/s390x")
        (unread,) = ran.json["not_read"]
        assert (ran.code, "no image for linux/s390x; available: linux/amd64, linux/arm64" in unread["why"]) == (4, True)


def test_an_image_that_is_not_there(images: Images) -> None:
    place = f"oci://{images.host}/demo/missing:1"
    ran = inside("check", place, *JUDGED)
    (unread,) = ran.json["not_read"]
    assert (ran.code, unread["path"], "no such image" in unread["why"]) == (4, place, True)
    beside = inside("check", place, f"oci://{images.host}/cured:1", *JUDGED)
    assert judged(beside) == (4, ["usr/lib/new.so"])


def test_an_image_by_its_digest(images: Images) -> None:
    url = f"http://{images.host}/v2/cured/manifests/1"
    with urlopen(Request(url, headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})) as answer:
        digest = answer.headers["Docker-Content-Digest"]
    assert judged(inside("check", f"oci://{images.host}/cured@{digest}", *JUDGED)) == (0, ["usr/lib/new.so"])


def test_a_registry_that_wants_a_password(images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "htpasswd").write_text(f"me:{BCRYPT_OF_WORD}\n")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
    with real_registry(tmp_path, tmp_path / "htpasswd") as host:
        images.buildah("push", "--tls-verify=false", "--creds", "me:word", "localhost/cured:1", f"docker://{host}/a:1")
        ran = inside("check", f"oci://{host}/a:1", *JUDGED)
        assert (ran.code, "podman login" in ran.json["not_read"][0]["why"]) == (4, True)
        document = {"auths": {host: {"auth": base64.b64encode(b"me:word").decode()}}}
        (tmp_path / "auth.json").write_text(json.dumps(document))
        assert judged(inside("check", f"oci://{host}/a:1", *JUDGED)) == (0, ["usr/lib/new.so"])
