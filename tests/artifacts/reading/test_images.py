"""Archives of container images: what a container sees is read, under its path there, and nothing else."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from cudacompat.artifacts.reading.read import read_paths
from cudacompat.domain.words.code import ReadResult
from cudacompat.domain.words.image_platforms import PlatformWish, image_platform
from cudacompat.domain.words.limits import Limits
from tests.helpers import fatbin_writer as fw
from tests.helpers import toolchain
from tests.helpers.images import EMPTY_LAYER, Layout, configuration, digest, layer, saved
from tests.helpers.run import inside

OLD = fw.fatbin(fw.ptx(toolchain.ptx_text("8.0", "75")))
NEW = fw.fatbin(fw.ptx(toolchain.ptx_text("8.7", "120")))


def read(path: Path, wish: str | None = None, limits: Limits | None = None) -> ReadResult:
    asked = PlatformWish(image_platform(wish), asked=True) if wish else None
    return read_paths([str(path)], kernels=True, limits=limits, wish=asked)


def of(data: bytes, folder: Path, wish: str | None = None, limits: Limits | None = None) -> ReadResult:
    (folder / "x.tar").write_bytes(data)
    return read(folder / "x.tar", wish, limits)


def inner(result: ReadResult) -> list[str]:
    return [artifact.path.partition("!/")[2] for artifact in result.artifacts]


def whys(result: ReadResult) -> list[tuple[str, str]]:
    return [(row.path.partition("!/")[2], row.why) for row in result.not_read]


def laid_out(*layers: bytes, packed: bool = True) -> Layout:
    layout = Layout()
    layout.add(layout.manifest(*layers, packed=packed), "demo:1")
    return layout


BOTH: dict[str, Callable[..., bytes]] = {
    "saved": saved,
    "OCI": lambda *layers: laid_out(*layers).tar(),
    "OCI, layers not compressed": lambda *layers: laid_out(*layers, packed=False).tar(),
}


@pytest.mark.parametrize("before", ["", "./"])
@pytest.mark.parametrize("named", ["config.json", "c.json"])
def test_a_configuration_may_have_any_name(tmp_path: Path, named: str, before: str) -> None:
    data = layer(("app/lib.so", OLD))
    manifest = json.dumps([{"Config": named, "RepoTags": ["demo:1"], "Layers": ["layer.tar"]}]).encode()
    items = (("layer.tar", data), (named, configuration([data])), ("manifest.json", manifest))
    found = of(layer(*((f"{before}{name}", each) for name, each in items)), tmp_path)
    assert (inner(found), found.not_read) == (["app/lib.so"], ())
    assert [str(image.platform) for image in found.images] == ["linux/amd64"]


@pytest.mark.parametrize("kind", BOTH)
class TestBothKinds:
    def test_the_path_in_the_image_is_shown(self, tmp_path: Path, kind: str) -> None:
        result = of(BOTH[kind](layer(("usr/lib/a.fatbin", OLD), ("etc/x", b"text"))), tmp_path)
        assert (inner(result), result.not_read) == (["usr/lib/a.fatbin"], ())
        (image,) = result.images
        assert (image.name, image.platform, image.layers) == ("demo:1", "linux/amd64", 1)

    def test_what_a_later_layer_removed_is_not_read(self, tmp_path: Path, kind: str) -> None:
        layers = layer(("usr/lib/a.fatbin", OLD), ("usr/lib/b.fatbin", NEW)), layer(("usr/lib/.wh.a.fatbin", b""))
        assert inner(of(BOTH[kind](*layers), tmp_path)) == ["usr/lib/b.fatbin"]

    def test_what_a_later_layer_replaced_is_read_once(self, tmp_path: Path, kind: str) -> None:
        layers = layer(("a.fatbin", OLD)), layer(("a.fatbin", NEW), ("b", "=> a.fatbin"))
        result = of(BOTH[kind](*layers), tmp_path)
        assert inner(result) == ["a.fatbin"]
        assert str(result.artifacts[0].modules[0].entries[0].target) == "compute_120"

    def test_what_was_not_read_goes_with_its_file(self, tmp_path: Path, kind: str) -> None:
        sick = layer(("opt/x.7z", b"7z\xbc\xaf\x27\x1c" + bytes(600)), ("opt/a.fatbin", NEW))
        assert [path for path, _ in whys(of(BOTH[kind](sick), tmp_path))] == ["opt/x.7z"]
        assert whys(of(BOTH[kind](sick, layer((".wh.opt", b""), ("opt/b", NEW))), tmp_path)) == []

    def test_containers_in_the_image(self, tmp_path: Path, kind: str) -> None:
        wheel = io.BytesIO()
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("pkg/a.fatbin", OLD)
        inside = gzip.compress(layer(("b.fatbin", OLD)))
        result = of(BOTH[kind](layer(("w/x.whl", wheel.getvalue()), ("w/y.tgz", inside))), tmp_path)
        assert inner(result) == ["w/x.whl!/pkg/a.fatbin", "w/y.tgz!/b.fatbin"]

    def test_an_empty_layer_is_no_damage(self, tmp_path: Path, kind: str) -> None:
        result = of(BOTH[kind](EMPTY_LAYER, layer(("a.fatbin", OLD))), tmp_path)
        assert (inner(result), result.not_read) == (["a.fatbin"], ())

    def test_a_member_that_leads_out_is_not_read(self, tmp_path: Path, kind: str) -> None:
        result = of(BOTH[kind](layer(("../a.fatbin", OLD), ("/b.fatbin", OLD), ("c.fatbin", OLD))), tmp_path)
        assert inner(result) == ["c.fatbin"]
        assert [path for path, _ in whys(result)] == ["../a.fatbin", "/b.fatbin"]

    def test_an_image_without_device_code(self, tmp_path: Path, kind: str) -> None:
        result = of(BOTH[kind](layer(("bin/sh", b"#!/bin/x"))), tmp_path)
        assert (result.artifacts, result.not_read) == ((), ())
        assert result.barren == (str(tmp_path / "x.tar"),)

    def test_a_cpu_only_image_is_said_to_be_one(self, tmp_path: Path, kind: str) -> None:
        (tmp_path / "x.tar").write_bytes(BOTH[kind](layer(("bin/sh", b"#!/bin/x"))))
        ran = inside("check", str(tmp_path / "x.tar"), "--gpu", "12.0", "--no-config")
        assert ran.code == 3
        assert "no CUDA device code in the container image" in ran.out

    def test_a_cut_archive_is_never_whole(self, tmp_path: Path, kind: str) -> None:
        whole = BOTH[kind](layer(("a.fatbin", OLD)), layer((".wh.a.fatbin", b"")))
        for size in range(512, len(whole.rstrip(b"\0")), 512):
            assert of(whole[:size], tmp_path).not_read, size

    def test_every_limit_is_said(self, tmp_path: Path, kind: str) -> None:
        data = BOTH[kind](layer(*((f"{number}.fatbin", NEW) for number in range(20))))
        result = of(data, tmp_path, limits=Limits(members=12))
        assert any("--max-members" in why for _, why in whys(result))


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, lambda data: zstandard.ZstdCompressor().compress(data)],
    ids=["gzip", "bzip2", "xz", "zstd"],
)
def test_compressed_layers_and_archives(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    layers = layer(("a.fatbin", OLD)), layer((".wh.a.fatbin", b""), ("b.fatbin", NEW))
    layout = Layout()
    stored = [layout.blob(pack(each), "application/vnd.oci.image.layer.v1.tar+x") for each in layers]
    config = layout.blob(b'{"os": "linux", "architecture": "amd64"}', "application/vnd.oci.image.config.v1+json")
    document = json.dumps({"schemaVersion": 2, "config": config, "layers": stored}).encode()
    layout.add(layout.blob(document, "application/vnd.oci.image.manifest.v1+json"))
    result = of(pack(layout.tar()), tmp_path)
    assert (inner(result), result.not_read) == (["b.fatbin"], ())


class TestWhatIsMissingOrChanged:
    def test_a_layer_that_is_not_there(self, tmp_path: Path) -> None:
        layout = laid_out(layer(("a.fatbin", NEW)), layer(("b.fatbin", NEW)))
        gone = digest(gzip.compress(layer(("b.fatbin", NEW)), mtime=0))
        del layout.blobs[gone]
        result = of(layout.tar(), tmp_path)
        assert inner(result) == ["a.fatbin"]
        assert whys(result) == [(f"blobs/sha256/{gone[7:]}", "layer missing from the image")]

    def test_a_layer_with_other_bytes(self, tmp_path: Path) -> None:
        layout = laid_out(layer(("a.fatbin", OLD)))
        own = digest(gzip.compress(layer(("a.fatbin", OLD)), mtime=0))
        layout.blobs[own] = gzip.compress(layer(("a.fatbin", NEW)))
        assert [path for path, why in whys(of(layout.tar(), tmp_path)) if "sha256" in why] == [
            f"blobs/sha256/{own[7:]}"
        ]

    def test_a_layer_of_docker_save_with_other_bytes(self, tmp_path: Path) -> None:
        data = saved(layer(("a.fatbin", OLD)))
        assert OLD in data
        assert any(
            "sha256" in why for _, why in whys(of(data.replace(OLD, NEW[: len(OLD)].ljust(len(OLD), b"\0")), tmp_path))
        )

    @pytest.mark.parametrize("what", ["manifest", "config"])
    def test_a_document_with_other_bytes_or_none(self, tmp_path: Path, what: str) -> None:
        for change in ("gone", "other"):
            layout = laid_out(layer(("a.fatbin", NEW)))
            manifest = layout.entries[0]["digest"]
            own = manifest if what == "manifest" else json.loads(layout.blobs[manifest])["config"]["digest"]
            if change == "gone":
                del layout.blobs[own]
            else:
                layout.blobs[own] += b" "
            assert whys(of(layout.tar(), tmp_path))[0][0] == f"blobs/sha256/{own[7:]}", change

    def test_a_layer_that_is_no_archive(self, tmp_path: Path) -> None:
        result = of(laid_out(b"text" * 200).tar(), tmp_path)
        assert [why for _, why in whys(result)] == ["layer is not a tar archive"]

    def test_a_layer_kept_elsewhere(self, tmp_path: Path) -> None:
        layout = Layout()
        entry = layout.manifest(layer(("a.fatbin", NEW)))
        document = json.loads(layout.blobs[entry["digest"]])
        document["layers"][0]["urls"] = ["https://example.com/layer"]
        layout.add(layout.blob(json.dumps(document).encode(), entry["mediaType"]))
        assert [why for _, why in whys(of(layout.tar(), tmp_path))] == ["foreign layer: cudacompat does not fetch it"]

    @pytest.mark.parametrize(
        "document",
        [b"{", b"[]", b'{"layers": 7}', b'{"layers": [], "config": {}}', b'{"fsLayers": []}', b"[" * 100_000],
    )
    def test_a_manifest_that_is_none(self, tmp_path: Path, document: bytes) -> None:
        layout = Layout()
        layout.add(layout.blob(document, "application/vnd.oci.image.manifest.v1+json"))
        assert len(whys(of(layout.tar(), tmp_path))) == 1


class TestPlatforms:
    @staticmethod
    def several() -> Layout:
        layout = Layout()
        intel = layout.manifest(layer(("intel.fatbin", OLD)))
        arm = layout.manifest(layer(("arm.fatbin", NEW)), architecture="arm64")
        statement = {**layout.blob(b"{}", "x"), "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        index = {"schemaVersion": 2, "manifests": [intel, arm, statement]}
        layout.add(layout.blob(json.dumps(index).encode(), "application/vnd.oci.image.index.v1+json"), "demo:1")
        return layout

    @pytest.mark.parametrize(
        ("wish", "own", "other"),
        [
            (None, "intel", "linux/arm64"),
            ("linux/amd64", "intel", "linux/arm64"),
            ("linux/arm64", "arm", "linux/amd64"),
            ("linux/arm64/v8", "arm", "linux/amd64"),
            ("linux-aarch64", "arm", "linux/amd64"),
        ],
    )
    def test_one_is_chosen_and_the_others_named(self, tmp_path: Path, wish: str | None, own: str, other: str) -> None:
        result = of(self.several().tar(), tmp_path, wish)
        assert (inner(result), result.not_read) == ([f"{own}.fatbin"], ())
        assert result.images[0].others == (other,)

    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        result = of(self.several().tar(), tmp_path, "linux/s390x")
        assert result.artifacts == ()
        assert whys(result) == [("", "no image for linux/s390x; available: linux/amd64, linux/arm64 (use --platform)")]

    def test_the_only_one_is_read_unless_another_was_asked_for(self, tmp_path: Path) -> None:
        data = saved(layer(("a.fatbin", NEW)), architecture="arm64")
        assert [image.platform for image in of(data, tmp_path).images] == ["linux/arm64"]
        other = of(data, tmp_path, "linux/amd64")
        assert other.not_read
        assert other.artifacts == ()  # its layers are no members of an ordinary archive

    def test_a_damaged_manifest_is_not_passed_over_for_another_platform(self, tmp_path: Path) -> None:
        layout = self.several()
        index = json.loads(layout.blobs[layout.entries[0]["digest"]])
        del layout.blobs[index["manifests"][0]["digest"]]
        assert of(layout.tar(), tmp_path).not_read
        assert of(layout.tar(), tmp_path, "linux/arm64").not_read == ()


class TestSeveralImages:
    def test_each_has_its_name_in_the_path(self, tmp_path: Path) -> None:
        layout = Layout()
        layout.add(layout.manifest(layer(("a.fatbin", OLD))), "one:1")
        layout.add(layout.manifest(layer(("a.fatbin", NEW))), "two:1")
        assert inner(of(layout.tar(), tmp_path)) == ["one:1!/a.fatbin", "two:1!/a.fatbin"]

    def test_an_archive_that_describes_its_image_in_both_ways_holds_one(self, tmp_path: Path) -> None:
        layout = laid_out(layer(("a.fatbin", NEW)))
        document = json.loads(layout.blobs[layout.entries[0]["digest"]])
        names = [f"blobs/sha256/{each['digest'][7:]}" for each in document["layers"]]
        own = f"blobs/sha256/{document['config']['digest'][7:]}"
        manifest = json.dumps([{"Config": own, "RepoTags": ["demo:1"], "Layers": names}]).encode()
        result = of(layer(*layout.files().items(), ("manifest.json", manifest)), tmp_path)
        assert (inner(result), result.not_read, len(result.images)) == (["a.fatbin"], (), 1)


class TestOrdinaryArchives:
    @pytest.mark.parametrize(
        "manifest",
        [
            b"{}",
            b"[]",
            b'[{"Layers": ["b.tar"]}]',
            b'[{"Config": "x", "Layers": 7}]',
            b'["a"]',
            b"{",
            b'{"a": "Layers"}',
        ],
    )
    def test_a_foreign_manifest_changes_nothing(self, tmp_path: Path, manifest: bytes) -> None:
        items = (("a.fatbin", OLD), ("b.tar", layer(("c.fatbin", OLD), (".wh.a.fatbin", b""))))
        plain = inner(of(layer(*items), tmp_path))
        assert (
            inner(of(layer(*items, ("manifest.json", manifest)), tmp_path)) == plain == ["a.fatbin", "b.tar!/c.fatbin"]
        )

    def test_an_image_hides_nothing_that_lies_beside_it(self, tmp_path: Path) -> None:
        result = of(saved(layer(("b.fatbin", NEW)), extra=[("a.fatbin", OLD)]), tmp_path)
        assert sorted(inner(result)) == ["a.fatbin", "b.fatbin"]

    def test_a_document_that_is_none_is_searched_as_before(self, tmp_path: Path) -> None:
        name = "0" * 64
        assert inner(of(layer((name, b"{\0" + bytes(510) + OLD)), tmp_path)) == [name]

    def test_an_image_in_an_image(self, tmp_path: Path) -> None:
        nested = saved(layer(("a.fatbin", OLD)), layer((".wh.a.fatbin", b""), ("b.fatbin", NEW)))
        result = of(saved(layer(("var/images.tar", nested))), tmp_path)
        assert inner(result) == ["var/images.tar!/b.fatbin"]

    def test_an_image_whose_own_files_are_an_image(self, tmp_path: Path) -> None:
        files = laid_out(layer(("a.fatbin", NEW))).tar()
        result = of(saved(files), tmp_path)
        assert [path.partition("!/")[2] for path in inner(result)] == ["a.fatbin"]
        assert result.not_read == ()


class TestFolders:
    def test_a_layout_is_read_as_an_image(self, tmp_path: Path) -> None:
        layers = layer(("usr/a.fatbin", OLD), ("usr/b.fatbin", NEW)), layer(("usr/.wh.a.fatbin", b""))
        layout = laid_out(*layers).write(tmp_path / "some/image")
        for named in (layout, tmp_path):
            result = read(named)
            assert [artifact.path for artifact in result.artifacts] == [f"{layout}!/usr/b.fatbin"]
            assert (result.not_read, len(result.images)) == ((), 1)

    def test_what_lies_beside_the_layout_is_read_too(self, tmp_path: Path) -> None:
        laid_out(layer(("a.fatbin", NEW))).write(tmp_path)
        (tmp_path / "b.fatbin").write_bytes(OLD)
        assert [artifact.path.rpartition("/")[2] for artifact in read(tmp_path).artifacts] == ["a.fatbin", "b.fatbin"]

    @pytest.mark.parametrize("name", ["oci-layout", "index.json"])
    def test_a_folder_that_is_none_is_read_file_by_file(self, tmp_path: Path, name: str) -> None:
        laid_out(layer(("a.fatbin", NEW))).write(tmp_path)
        (tmp_path / name).write_bytes(b"[]")
        assert next(artifact.path for artifact in read(tmp_path).artifacts).endswith("!/a.fatbin")
        assert read(tmp_path).images == ()

    def test_every_blob_that_is_gone_or_changed_or_a_link_is_said(self, tmp_path: Path) -> None:
        blobs = laid_out(layer(("a.fatbin", NEW))).write(tmp_path / "image") / "blobs/sha256"
        for blob in list(blobs.iterdir()):
            data = blob.read_bytes()
            blob.unlink()
            assert [Path(row.path).name for row in read(tmp_path).not_read] == [blob.name]
            blob.write_bytes(data[:-1] + b" ")
            assert read(tmp_path).not_read
            blob.unlink()
            (tmp_path / "outside").write_bytes(data)
            blob.symlink_to(tmp_path / "outside")
            assert next(row.why for row in read(tmp_path / "image").not_read).startswith("symbolic link")
            blob.unlink()
            blob.write_bytes(data)
        assert read(tmp_path / "image").not_read == ()


class TestOtherWriters:
    """Archives as other programs lay them out."""

    OLD_AND_NEW = (layer(("a.fatbin", OLD), ("b.fatbin", NEW)), layer((".wh.a.fatbin", b"")))

    def whole(self, names: list[str], config: str, *items: tuple[str, bytes | str | None]) -> bytes:
        from tests.helpers.images import configuration

        manifest = [{"Config": config, "RepoTags": None, "Layers": names}]
        documents = ((config, configuration(self.OLD_AND_NEW)), ("manifest.json", json.dumps(manifest).encode()))
        return layer(*items, *documents)

    def test_compressed_layers_and_a_configuration_without_a_suffix(self, tmp_path: Path) -> None:
        packed = [gzip.compress(each) for each in self.OLD_AND_NEW]
        names = [f"{digest(each)[7:]}.tar.gz" for each in packed]
        data = self.whole(names, "sha256:" + "1" * 64, *zip(names, packed, strict=True))
        result = of(data, tmp_path)
        assert (inner(result), result.not_read) == (["b.fatbin"], ())
        assert [image.name for image in result.images] == [None]

    def test_a_folder_for_each_layer_and_a_layer_that_is_a_link(self, tmp_path: Path) -> None:
        one, two = self.OLD_AND_NEW
        names = [f"{number * 64}/layer.tar" for number in "123"]
        items = ((f"{'1' * 64}/VERSION", b"1.0"), (names[0], one), (names[1], f"-> ../{names[0]}"), (names[2], two))
        result = of(self.whole([names[1], names[2]], f"{'4' * 64}.json", *items), tmp_path)
        assert (inner(result), result.not_read) == (["b.fatbin"], ())

    def test_names_with_a_dot_in_front_and_in_a_folder(self, tmp_path: Path) -> None:
        layout = laid_out(*self.OLD_AND_NEW)
        for front in ("./", "some/folder/", "./some/"):
            result = of(layer(*((front + name, data) for name, data in layout.files().items())), tmp_path)
            assert (inner(result), result.not_read) == (["b.fatbin"], ()), front


class TestCopiedImage:
    """What skopeo writes to `dir:FOLDER`: blobs by their sha256, with the manifest that the registry gave."""

    def copied(self, folder: Path) -> Path:
        layout = laid_out(layer(("a.fatbin", OLD), ("b.fatbin", NEW)), layer((".wh.a.fatbin", b"")))
        own = layout.entries[0]["digest"]
        files = {name.removeprefix("sha256:"): data for name, data in layout.blobs.items() if name != own}
        files |= {"manifest.json": layout.blobs[own], "version": b"Directory Transport Version: 1.1\n"}
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return folder

    def test_its_layers_are_applied(self, tmp_path: Path) -> None:
        result = read(self.copied(tmp_path))
        assert (inner(result), result.not_read) == (["b.fatbin"], ())
        assert [each.platform for each in result.images] == ["linux/amd64"]

    def test_what_lies_there_too_is_read(self, tmp_path: Path) -> None:
        (self.copied(tmp_path) / "own.fatbin").write_bytes(OLD)
        assert len(read(tmp_path).artifacts) == 2

    def test_blobs_that_are_not_there_or_lead_out(self, tmp_path: Path) -> None:
        folder = tmp_path / "image"
        folder.mkdir()
        blobs = [each for each in self.copied(folder).iterdir() if len(each.name) == 64]
        for each in blobs:
            (tmp_path / each.name).write_bytes(each.read_bytes())
            each.unlink()
        missing = read(folder)
        for each in blobs:
            each.symlink_to(tmp_path / each.name)
        outside = read(folder)
        for result, why in ((missing, "file missing"), (outside, "leaves the image")):
            assert not result.artifacts
            assert whys(result)
            assert all(why in said for _, said in whys(result))
