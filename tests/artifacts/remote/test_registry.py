"""A registry that gives an image, asks for a login, lies, stalls and breaks off: what is read and what is said."""

from __future__ import annotations

import base64
import gzip
import json
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cudacompat.artifacts.reading.given import GivenImages
from cudacompat.artifacts.reading.read import read_paths
from cudacompat.artifacts.remote.connection import Patience
from cudacompat.artifacts.remote.credentials import Credentials
from cudacompat.artifacts.remote.errors import RemoteError, _words
from cudacompat.artifacts.remote.image_reference import parse_reference
from cudacompat.artifacts.remote.registry import Registry
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.image_platforms import PlatformWish, image_platform
from tests.helpers import device_files as df
from tests.helpers.images import Layout, digest, layer
from tests.helpers.registry_server import TOKEN, FakeRegistry, serving
from tests.helpers.run import inside

OLD, NEW = df.library("sm_75"), df.library("sm_120")
ME = "Basic " + base64.b64encode(b"me:word").decode()
QUICK = Patience(silent_s=0.5, whole_s=20)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(tmp_path / "auth.json"))
    monkeypatch.setattr("cudacompat.artifacts.remote.connection._PAUSES_S", (0.0, 0.0))


def image() -> tuple[Layout, str]:
    layout = Layout()
    intel = layout.manifest(layer(("usr/old.so", OLD), ("usr/new.so", NEW)), layer(("usr/.wh.old.so", b"")))
    arm = layout.manifest(layer(("usr/old.so", OLD)), architecture="arm64")
    kind = "application/vnd.oci.image.index.v1+json"
    index = layout.blob(json.dumps({"schemaVersion": 2, "manifests": [intel, arm]}).encode(), kind)
    return layout, index["digest"]


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    with serving(FakeRegistry(*image())) as served:
        yield served


def read(
    served: FakeRegistry, credentials: Credentials | None = None, wish: str = "linux/amd64", name: str | None = None
) -> ReadResult:
    name = name or served.name
    asked = PlatformWish(image_platform(wish), asked=True)
    source = Registry(parse_reference(name), credentials or Credentials(), patience=QUICK)
    given = GivenImages([source.image(asked)], source.layer, ended=lambda _: None)
    return read_paths([name], kernels=True, given={name: given})


def inner(result: ReadResult) -> list[str]:
    return [artifact.path.partition("!/")[2] for artifact in result.artifacts]


def test_the_image_of_the_platform_is_read_and_nothing_of_the_others(registry: FakeRegistry) -> None:
    result = read(registry)
    assert (inner(result), result.not_read) == (["usr/new.so"], ())
    assert inner(read(registry, wish="linux/arm64")) == ["usr/old.so"]
    arm = gzip.compress(layer(("usr/old.so", OLD)), mtime=0)
    assert [path for path, _ in registry.asked].count(f"/v2/demo/blobs/{digest(arm)}") == 1


def test_an_image_by_its_digest(registry: FakeRegistry) -> None:
    name = f"oci://{registry.host}/demo@{registry.top}"
    assert inner(read(registry, name=name)) == ["usr/new.so"]
    registry.change = lambda path, data: data + b" " if "/manifests/" in path else data
    with pytest.raises(RemoteError, match="another manifest"):
        read(registry, name=name)


class TestLogins:
    def test_a_token_without_a_password(self, registry: FakeRegistry) -> None:
        registry.token = True
        assert inner(read(registry)) == ["usr/new.so"]
        asked = next(path for path, _ in registry.asked if path.startswith("/token"))
        assert asked == "/token?scope=repository%3Ademo%3Apull&service=us"
        assert {said for path, said in registry.asked if "/blobs/" in path} == {f"Bearer {TOKEN}"}

    def test_a_token_for_a_password(self, registry: FakeRegistry) -> None:
        registry.token, registry.basic = True, ME
        assert inner(read(registry, Credentials(ME.removeprefix("Basic ")))) == ["usr/new.so"]
        assert {said for path, said in registry.asked if not path.startswith("/token")} == {"", f"Bearer {TOKEN}"}

    def test_a_password(self, registry: FakeRegistry) -> None:
        registry.basic = ME
        assert inner(read(registry, Credentials(ME.removeprefix("Basic ")))) == ["usr/new.so"]

    @pytest.mark.parametrize(
        ("credentials", "said"),
        [
            (Credentials(), "docker login"),
            (Credentials(helper="docker-credential-pass"), "docker-credential-pass, which cudacompat does not use"),
            (Credentials(basic="bWU6eA=="), "refuses the login"),
        ],
    )
    @pytest.mark.parametrize("token", [False, True])
    def test_a_login_that_is_missing_or_wrong(
        self, registry: FakeRegistry, credentials: Credentials, said: str, *, token: bool
    ) -> None:
        registry.basic, registry.token = ME, token
        with pytest.raises(RemoteError, match=said):
            read(registry, credentials)

    @pytest.mark.parametrize("realm", ["http://example.com/token", "ftp://x/y", "file:///etc/passwd", "x", "https://"])
    def test_a_token_server_that_is_not_asked(self, registry: FakeRegistry, realm: str) -> None:
        registry.token, registry.realm = True, realm
        with pytest.raises(RemoteError, match="token server that is not https"):
            read(registry, Credentials("x"))

    def test_only_a_registry_of_this_machine_names_a_token_server_here(self) -> None:
        elsewhere = Registry(parse_reference("oci://example.com/a"), Credentials("x"), patience=QUICK)
        with pytest.raises(RemoteError, match="token server that is not https"):
            elsewhere._authorize(('Bearer realm="http://127.0.0.1:1/token"',))

    def test_nothing_goes_to_the_host_of_a_redirect(self, registry: FakeRegistry) -> None:
        with serving(FakeRegistry(registry.layout, registry.top)) as other:
            registry.token, registry.redirect = True, f"http://{other.host}/elsewhere/"
            assert inner(read(registry)) == ["usr/new.so"]
            assert len(other.asked) == 2
            assert {said for _, said in other.asked} == {""}

    @pytest.mark.parametrize("target", ["https://127.0.0.1:1/", "http://example.com/", "file:///etc/passwd?"])
    def test_a_redirect_that_is_not_followed(self, registry: FakeRegistry, target: str) -> None:
        registry.redirect = target
        assert len(read(registry).not_read) == 2


class TestWhatGoesWrong:
    def test_a_connection_that_breaks_is_taken_up_again(self, registry: FakeRegistry) -> None:
        registry.cut = [300, 200, 100]
        result = read(registry)
        assert (inner(result), result.not_read) == (["usr/new.so"], ())

    def test_one_that_cannot_be_taken_up_again(self, registry: FakeRegistry) -> None:
        registry.cut, registry.ranges = [300] * 20, False
        rows = read(registry).not_read
        assert rows
        assert all("download failed" in row.why for row in rows)

    def test_a_registry_that_stalls(self, registry: FakeRegistry) -> None:
        registry.stall_s = 3
        assert any("sent nothing for too long" in row.why for row in read(registry).not_read)

    @pytest.mark.parametrize(
        "change",
        [
            lambda data: gzip.compress(layer(("usr/new.so", NEW)))[: len(data)].ljust(len(data), b"\0"),
            lambda data: data[:-9] + b"\1" + data[-8:],
            lambda data: data[: len(data) // 2],
            lambda data: data + b"more",
            lambda data: b"",
        ],
        ids=["another", "one bit", "half", "more", "nothing"],
    )
    def test_layers_with_other_bytes(self, registry: FakeRegistry, change: Callable[[bytes], bytes]) -> None:
        registry.change = lambda path, data: change(data) if "/blobs/" in path and data[:1] != b"{" else data
        assert read(registry).not_read

    def test_a_layer_that_is_not_there(self, registry: FakeRegistry) -> None:
        del registry.layout.blobs[digest(gzip.compress(layer(("usr/.wh.old.so", b"")), mtime=0))]
        assert [row.why.partition(":")[0] for row in read(registry).not_read] == ["cannot get the layer"]

    @pytest.mark.parametrize("data", [b"", b"{}", b"[", b'{"manifests": []}', b'{"manifests": 7}', b'{"layers": []}'])
    def test_a_manifest_that_is_none(self, registry: FakeRegistry, data: bytes) -> None:
        registry.change = lambda path, old: data if "/manifests/" in path else old
        with pytest.raises(RemoteError):
            read(registry)

    def test_a_manifest_without_end(self, registry: FakeRegistry) -> None:
        registry.change = lambda path, _: b" " * (5 << 20)
        with pytest.raises(RemoteError, match="more than 4 MiB"):
            read(registry)

    def test_documents_of_another_digest(self, registry: FakeRegistry) -> None:
        registry.change = lambda path, data: data + b" " if "/manifests/sha256" in path else data
        with pytest.raises(RemoteError, match="another document"):
            read(registry)

    def test_what_is_not_there(self, registry: FakeRegistry) -> None:
        with pytest.raises(RemoteError, match="no such image"):
            read(registry, name=f"oci://{registry.host}/demo:nix")


class TestTheCommand:
    ARGUMENTS = ("--gpu", "12.0", "--no-config")

    def test_what_is_said_and_written(self, registry: FakeRegistry) -> None:
        ran = inside("check", registry.name, *self.ARGUMENTS, "--format", "json", "--max-bytes", "1 GB")
        assert ran.code == 0
        assert [each["path"] for each in ran.json["artifacts"]] == [f"{registry.name}!/usr/new.so"]
        assert ran.json["images"][0]["others"] == ["linux/arm64"]
        assert f"fetching {registry.name} (" in ran.err
        assert f"from {registry.host}" in ran.err
        assert inside("check", registry.name, *self.ARGUMENTS, "--quiet").err == ""

    def test_the_other_platform_is_red(self, registry: FakeRegistry) -> None:
        ran = inside("check", registry.name, *self.ARGUMENTS, "--platform", "linux/arm64")
        assert ran.code == 1
        assert f"{registry.name}!/usr/old.so: error[no-runnable-code]" in ran.out

    def test_two_images_are_compared(self, registry: FakeRegistry) -> None:
        layout, _ = image()
        newer = layout.manifest(layer(("usr/old.so", OLD)))
        with serving(FakeRegistry(layout, newer["digest"])) as other:
            ran = inside("diff", registry.name, other.name, "--format", "json")
        (one,) = ran.json["artifacts"]
        assert (one["old"], one["new"]) == (f"{registry.name}!/usr/new.so", f"{other.name}!/usr/old.so")

    @pytest.mark.parametrize(
        ("name", "code"),
        [("oci://{}/demo:nix", 4), ("oci://{}/Demo", 2), ("oci://me:word@{}/demo", 2), ("oci://127.0.0.1:1/demo", 4)],
    )
    def test_errors(self, registry: FakeRegistry, name: str, code: int) -> None:
        ran = inside("check", name.format(registry.host), *self.ARGUMENTS)
        assert (ran.code, "not read: cannot get the image" in ran.out) == (code, code == 4)
        assert "word@" not in ran.err + ran.out

    def test_more_than_is_allowed(self, registry: FakeRegistry) -> None:
        ran = inside("check", registry.name, *self.ARGUMENTS, "--max-bytes-read", "100")
        assert (ran.code, "--max-bytes-read" in ran.out) == (4, True)

    def test_the_password_of_the_file(self, registry: FakeRegistry, tmp_path: Path) -> None:
        registry.basic = ME
        assert inside("check", registry.name, *self.ARGUMENTS).code == 4
        document = {"auths": {registry.host: {"auth": ME.removeprefix("Basic ")}}}
        (tmp_path / "auth.json").write_text(json.dumps(document))
        assert inside("check", registry.name, *self.ARGUMENTS).code == 0


def _refusing(https: RemoteError, http: RemoteError) -> Registry:
    """A registry of this machine that refuses both ways."""

    class Refusing(Registry):
        def _document(self, path: str, **tries: int) -> bytes:
            raise https if self._scheme == "https" else http

    return Refusing(parse_reference("oci://localhost:5000/a:1"), Credentials())


@pytest.mark.parametrize(
    ("https", "http", "said"),
    [
        (RemoteError("untrusted"), RemoteError("HTTP 400", status=400), "untrusted"),  # it speaks https alone
        (RemoteError("refused"), RemoteError("gone", status=404), "no such image"),
        (RemoteError("login", sealed=True), RemoteError("HTTP 400", status=400), "asks for a login"),
    ],
)
def test_which_refusal_is_said(https: RemoteError, http: RemoteError, said: str) -> None:
    with pytest.raises(RemoteError, match=said):
        _refusing(https, http).image(PlatformWish())


def test_a_certificate_that_is_not_trusted() -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_message = "self-signed certificate"
    assert _words(error).startswith("its certificate is not trusted (self-signed certificate); the variable SSL_CERT")
