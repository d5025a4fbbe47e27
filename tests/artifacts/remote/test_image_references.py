"""Names of images as people write them, and passwords out of the files that login commands write."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from cudacompat.artifacts.remote.credentials import Credentials, credential_files, credentials_for
from cudacompat.artifacts.remote.image_reference import InvalidReferenceError, is_reference, parse_reference
from tests.helpers.each_row import each_case

DIGEST = "sha256:" + "0" * 64
HUB = "registry-1.docker.io"


@each_case(
    ("text", "expected"),
    [
        ("docker://debian", (HUB, "library/debian", "latest")),
        ("docker://debian:12", (HUB, "library/debian", "12")),
        ("docker://nvidia/cuda:12.8.0-base-ubuntu22.04", (HUB, "nvidia/cuda", "12.8.0-base-ubuntu22.04")),
        ("docker://docker.io/debian", (HUB, "library/debian", "latest")),
        ("oci://docker.io/pytorch/pytorch:2.7", (HUB, "pytorch/pytorch", "2.7")),
        ("OCI://ghcr.io/a/b/c", ("ghcr.io", "a/b/c", "latest")),
        ("oci://localhost/a:1", ("localhost", "a", "1")),
        ("oci://localhost:5000/a:1", ("localhost:5000", "a", "1")),
        ("oci://[::1]:5000/a", ("[::1]:5000", "a", "latest")),
        (f"oci://nvcr.io/nvidia/pytorch@{DIGEST}", ("nvcr.io", "nvidia/pytorch", DIGEST)),
        (f"docker://debian:12@{DIGEST}", (HUB, "library/debian", DIGEST)),
        (f"docker://debian@{DIGEST}", (HUB, "library/debian", DIGEST)),
    ],
)
def test_names(text: str, expected: tuple[str, str, str]) -> None:
    found = parse_reference(text)
    assert (found.host, found.repository, found.version) == expected
    assert is_reference(text)


@each_case(
    "text",
    [
        "oci://",
        "oci://ghcr.io/",
        "oci://ghcr.io/A",
        "oci://ghcr.io/a:",
        "oci://ghcr.io/a:b:c",
        "oci://ghcr.io/a@sha256:12",
        "oci://ghcr.io/a@md5:12",
        "oci://user:word@ghcr.io/a",
        "oci://ghcr.io/../a",
        "oci://ghcr.io/a?b",
        "oci://ghcr.io/a#b",
        "oci://ghcr.io:x/a",
        "oci://ghcr.io/a b",
        "oci://ghcr.io/a\n",
        "oci://gh\r\ncr.io/a",
        "oci://-ghcr.io/a",
        "oci://ghcr.io/" + "a" * 300,
    ],
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(InvalidReferenceError) as error:
        parse_reference(text)
    assert "word" not in str(error.value).replace("password", "")


@pytest.mark.parametrize("text", ["oci:folder", "https://ghcr.io/a", "debian", "./oci://a"])
def test_what_means_something_else(text: str) -> None:
    assert not is_reference(text)


@pytest.mark.parametrize(
    ("host", "local"),
    [("localhost", True), ("127.0.0.1:5000", True), ("[::1]:5", True), ("127.0.0.1.evil.example", False), ("a", False)],
)
def test_what_lies_on_this_machine(host: str, *, local: bool) -> None:
    assert parse_reference(f"oci://{host}{'.x' if host == 'a' else ''}/b").is_local is local


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def file_of(folder: Path, document: object) -> Path:
    path = folder / "config.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("name", "entries", "user"),
    [
        ("docker://debian", {"https://index.docker.io/v1/": {"auth": packed("hub:x")}}, "hub:x"),
        ("docker://debian", {"docker.io": {"auth": packed("hub:x")}}, "hub:x"),
        ("oci://ghcr.io/a/b", {"ghcr.io": {"auth": packed("me:x:y")}}, "me:x:y"),
        ("oci://ghcr.io/a/b", {"https://ghcr.io/v2/": {"auth": packed("me:x")}}, "me:x"),
        ("oci://ghcr.io/a/b", {"ghcr.io": {"auth": packed("me:x")}, "ghcr.io/a": {"auth": packed("we:x")}}, "we:x"),
        ("oci://ghcr.io/a/b", {"ghcr.io": {"username": "me", "password": "x"}}, "me:x"),
        ("oci://ghcr.io/a/b", {"cr.io": {"auth": packed("me:x")}, "ghcr.io.example": {"auth": packed("me:x")}}, None),
        ("oci://ghcr.io/a/b", {"ghcr.io:443": {"auth": packed("me:x")}}, None),
        ("oci://ghcr.io/ab", {"ghcr.io/a": {"auth": packed("me:x")}}, None),
        ("oci://ghcr.io/a", {"ghcr.io": {"auth": "!!!"}}, None),
        ("oci://ghcr.io/a", {"ghcr.io": {"auth": packed("nobody")}}, None),
        ("oci://ghcr.io/a", {"ghcr.io": 7}, None),
    ],
)
def test_passwords(tmp_path: Path, name: str, entries: dict[str, object], user: str | None) -> None:
    found = credentials_for(parse_reference(name).keys, [file_of(tmp_path, {"auths": entries})])
    assert found.header == (None if user is None else f"Basic {packed(user)}")
    assert "me" not in repr(found).replace("None", "")


@pytest.mark.parametrize("document", ["", "[]", "{", "[" * 10_000, {"auths": []}, {"auths": None}, {"credHelpers": 7}])
def test_a_file_that_says_nothing(tmp_path: Path, document: object) -> None:
    keys = parse_reference("oci://ghcr.io/a").keys
    assert credentials_for(keys, [file_of(tmp_path, document), tmp_path, tmp_path / "gone"]) == Credentials()


@pytest.mark.parametrize(
    ("document", "helper"),
    [
        ({"credsStore": "desktop"}, "docker-credential-desktop"),
        ({"credHelpers": {"ghcr.io": "pass"}}, "docker-credential-pass"),
        ({"credHelpers": {"gcr.io": "pass"}}, None),
        ({"auths": {"ghcr.io": {"identitytoken": "x"}}}, "an identity token"),
    ],
)
def test_what_would_know_the_password_is_named_and_not_run(
    tmp_path: Path, document: object, helper: str | None
) -> None:
    found = credentials_for(parse_reference("oci://ghcr.io/a").keys, [file_of(tmp_path, document)])
    assert found == Credentials(helper=helper)


def test_the_files() -> None:
    home = {"HOME": "/home/me"}
    assert credential_files({**home, "REGISTRY_AUTH_FILE": "/a.json", "DOCKER_CONFIG": "/b"}) == (Path("/a.json"),)
    assert credential_files({**home, "DOCKER_CONFIG": "/b"}) == (Path("/b/config.json"),)
    session = {**home, "XDG_RUNTIME_DIR": "/run/user/1"}
    assert credential_files(session) == (
        Path("/run/user/1/containers/auth.json"),
        Path("/home/me/.docker/config.json"),
    )
    assert credential_files({}) == ()
