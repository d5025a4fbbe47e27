"""Every kind of file, read by the parser that will read it: schemas, CMake's presets, cargo, TOML, systemd's form."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cudacompat.app.generate import GenerateRequest, generate
from cudacompat.artifacts.buildfiles.compile_commands import cuda_units
from cudacompat.domain.reports.generate import GenerateReport
from cudacompat.domain.words.errors import UsageError
from cudacompat.engines import ENGINES, find
from cudacompat.generate.outputs import OUTPUTS, reaching
from tests.helpers import toolchain
from tests.helpers.each_row import each_case
from tests.helpers.run import ROOT, cudacompat, inside

GPUS = ("RTX 5070 Ti", "8.6")
MATRIX = ("7.0", "8.6", "11.0")


def made(engine: str, output: str, *specs: str, **more: Any) -> GenerateReport:
    return generate(engine, GenerateRequest(specs=specs or GPUS, output=output, **more))


def written(folder: Path, engine: str, output: str, *specs: str, **more: Any) -> list[Path]:
    paths = []
    for file in made(engine, output, *specs, **more).files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        paths.append(path)
    return paths


def engines_with(output: str) -> list[str]:
    return [e.name for e in ENGINES if output in {kind.name for kind in reaching(e, None)}]


def beside(name: str) -> Path:
    tool = Path(sys.executable).with_name(name)
    if not tool.is_file():
        toolchain.missing(f"no {name} (pip install 'cudacompat[test]')")
    return tool


# -- what reaches what


@each_case("engine", [engine.name for engine in ENGINES])
def test_every_output_is_made_or_refused_in_one_line_with_those_that_can(engine: str) -> None:
    can = {kind.name for kind in reaching(find(engine), None)}
    assert can, "an engine for which nothing can be generated"
    for kind in OUTPUTS:
        if kind.name in can:
            files = made(engine, kind.name, "8.6").files
            assert all(file.text.endswith("\n") and not file.text.endswith("\n\n") for file in files)
            continue
        with pytest.raises(UsageError) as refused:
            made(engine, kind.name, "8.6")
        assert "\n" not in str(refused.value)
        assert set(str(refused.value).rsplit("what can: ", 1)[1].split(", ")) == can


@each_case("engine", [engine.name for engine in ENGINES])
def test_each_file_names_who_reads_what_it_sets(engine: str) -> None:
    for kind in reaching(find(engine), None):
        if kind.name in ("nvcc", "compose", "bake", "podman"):  # flags alone; the list itself is in the Dockerfile
            continue
        report = made(engine, kind.name, "8.6")
        text = " ".join(" ".join(file.text.split()) for file in report.files)
        text = re.sub(r" (?:#|//) ", " ", text)
        for setting in report.plans[0].settings:
            assert setting.value in text or json.dumps(setting.value) in text, (kind.name, setting)
            assert " ".join(setting.reader.split()) in text, (kind.name, setting)


# -- the real parsers


@pytest.mark.parametrize(
    ("output", "arguments"),
    [
        ("compose", ("--builtin-schema", "vendor.compose-spec")),
        ("github", ("--builtin-schema", "vendor.github-workflows")),
        ("gitlab", ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")),
    ],
)
def test_yaml_files_fit_their_schemas(tmp_path: Path, output: str, arguments: tuple[str, ...]) -> None:
    files = []
    for engine in engines_with(output):
        files += written(tmp_path / engine, engine, output)
        if find(engine).system.value == "cmake" and engine != "ctranslate2":
            files += written(tmp_path / f"{engine}-matrix", engine, output, *MATRIX)
    assert files
    done = subprocess.run([beside("check-jsonschema"), *arguments, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_schemas_do_refuse(tmp_path: Path) -> None:
    (file,) = written(tmp_path, "whisper.cpp", "compose")
    file.write_text(file.read_text().replace("capabilities: [gpu]", "capabilites: [gpu]"))
    done = subprocess.run(
        [beside("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", file], capture_output=True
    )
    assert done.returncode == 1


def test_compose_gives_the_gpus_and_keeps_the_jit_cache(tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    (file,) = written(tmp_path, "whisper.cpp", "compose")
    document = YAML(typ="safe").load(file.read_text())
    (service,) = document["services"].values()
    (device,) = service["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}
    assert service["environment"]["NVIDIA_DRIVER_CAPABILITIES"] == "compute,utility"
    cache = service["environment"]["CUDA_CACHE_PATH"]
    (name, place), models = (volume.split(":") for volume in service["volumes"])
    assert place == cache
    assert models == ["./models", "/models", "ro"]
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    assert name in document["volumes"]


def test_a_workflow_checks_what_it_built_for_every_entry_of_its_matrix(tmp_path: Path) -> None:
    from ruamel.yaml import YAML

    (file,) = written(tmp_path, "cmake", "github", *MATRIX)
    job = YAML(typ="safe").load(file.read_text())["jobs"]["build"]
    entries = job["strategy"]["matrix"]["include"]
    assert [(each["build"], each["CMAKE_CUDA_ARCHITECTURES"], each["check"]) for each in entries] == [
        ("cuda12.8", "70-real;86", "--require native --gpu 7.0 --gpu 8.6"),
        ("cuda13.0", "110", "--require native --gpu 11.0"),
    ]
    scripts = "\n".join(step.get("run", "") for step in job["steps"])
    assert '"-DCMAKE_CUDA_ARCHITECTURES=${{ matrix.CMAKE_CUDA_ARCHITECTURES }}"' in scripts
    assert "cudacompat check /out --format github ${{ matrix.check }}" in scripts


@each_case("engine", engines_with("devcontainer"))
def test_a_devcontainer_is_json_with_comments(engine: str) -> None:
    (file,) = made(engine, "devcontainer", "8.6").files
    plain = "\n".join(line for line in file.text.splitlines() if not line.lstrip().startswith("//"))
    document = json.loads(plain)
    assert "-devel-" in document["image"]
    for setting in made(engine, "devcontainer", "8.6").plans[0].settings:
        if setting.decides and setting.channel.value == "environment":
            assert document["containerEnv"][setting.name] == setting.value


@pytest.mark.parametrize("engine", engines_with("podman"))
def test_quadlets_are_unit_files_that_name_each_other(tmp_path: Path, engine: str) -> None:
    files = {path.name: path.read_text() for path in written(tmp_path, engine, "podman", "8.6")}
    assert len(files) == 3
    for text in files.values():
        for line in text.splitlines():
            assert re.fullmatch(r"|#.*|\[\w+\]|[A-Z]\w+=.+", line), line
    (container,) = [text for name, text in files.items() if name.endswith(".container")]
    image = re.search(r"^Image=(.+)$", container, re.MULTILINE)
    volume = re.search(r"^Volume=([^:]+):", container, re.MULTILINE)
    assert image is not None
    assert volume is not None
    assert {image[1], volume[1]} < set(files)
    assert "AddDevice=nvidia.com/gpu=all" in container


def test_a_server_is_started_published_and_asked_whether_it_is_well() -> None:
    text = made("whisper.cpp", "dockerfile", "12.0").files[0].text
    assert "EXPOSE 8080\n" in text
    assert 'ENTRYPOINT ["whisper-server", "--host", "0.0.0.0", "--port", "8080"]' in text
    assert re.search(r"HEALTHCHECK .*\\\n    CMD \[\"curl\", .*/health\"\]", text)
    assert "        curl \\\n" in text.rpartition("\nFROM ")[2]
    before = generate(
        "whisper.cpp", GenerateRequest(specs=("12.0",), output="dockerfile", engine_version="1.7.4")
    ).files[0].text  # fmt: skip
    assert not re.search(r"EXPOSE|ENTRYPOINT|HEALTHCHECK", before)  # its server answers nothing at /health
    assert "ENTRYPOINT" not in made("cmake", "dockerfile", "8.6").files[0].text
    container, _, _ = made("llama.cpp", "podman", "12.0").files
    for line in ("PublishPort=127.0.0.1:8080:8080", "Restart=on-failure", "User=10001", "Volume=./models:/models:ro"):
        assert f"\n{line}\n" in container.text
    assert "\nHealthCmd=curl " in container.text


def test_a_dockerfile_says_how_its_base_images_are_pinned() -> None:
    text = made("cmake", "dockerfile", "8.6").files[0].text
    assert "--digests writes the digest beside it" in text
    assert "FROM docker.io/nvidia/cuda:${CUDA}-devel-ubuntu24.04 AS build\n" in text


def test_a_bake_file_has_a_target_for_each_build_and_its_processor() -> None:
    text = made("cmake", "bake", "7.0", "8.6", "11.0").files[0].text
    assert re.findall(r'(?m)^target "(.*)" \{\n[^}]*?dockerfile = "(.*)"[^}]*?platforms  = \["(.*)"\]', text) == [
        ("cmake-cuda12-8", "Dockerfile.cuda12.8", "linux/amd64"),
        ("cmake-cuda13-0", "Dockerfile.cuda13.0", "linux/arm64"),
    ]
    assert 'targets = ["cmake-cuda12-8", "cmake-cuda13-0"]' in text


def test_a_dev_container_of_a_crate_has_cargo() -> None:
    text = made("whisper-rs", "devcontainer", "12.0").files[0].text
    document = json.loads("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")))
    assert "sh.rustup.rs" in document["onCreateCommand"]
    assert document["remoteEnv"]["PATH"].startswith("/root/.cargo/bin:")
    assert "rust-lang.rust-analyzer" in document["customizations"]["vscode"]["extensions"]


@pytest.mark.parametrize("engine", engines_with("cargo"))
def test_cargos_file_is_toml(engine: str) -> None:
    report = made(engine, "cargo", "8.6")
    document = tomllib.loads(report.files[0].text)
    for setting in report.plans[0].settings:
        assert document["env"][setting.name] == {"value": setting.value, "force": True}


def test_cargo_hands_the_list_to_a_build_script(tmp_path: Path) -> None:
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("no cargo on this machine")
    written(tmp_path, "whisper-rs", "cargo")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/lib.rs").write_text("")
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "probe"\nversion = "0.1.0"\nedition = "2021"\n')
    (tmp_path / "build.rs").write_text(
        'fn main() { println!("cargo:warning=LIST={}", std::env::var("CMAKE_CUDA_ARCHITECTURES").unwrap()); }\n'
    )
    done = subprocess.run(
        [cargo, "build", "--offline"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "CMAKE_CUDA_ARCHITECTURES": "left over in a shell"},
    )
    assert done.returncode == 0, done.stderr
    assert "LIST=86;120-real" in done.stderr


# -- configured by the real CMake, without building


def configured(folder: Path, source: Path, *arguments: str) -> set[str]:
    """What every CUDA source of the project will be compiled for, as the configured build says."""
    nvcc, cmake = toolchain.require_nvcc(), toolchain.require_cmake()
    ninja = shutil.which("ninja", path=f"{cmake.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if ninja is None:
        toolchain.missing("no ninja")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "CMAKE", "NVCC", "SOURCE_DATE"))}
    done = subprocess.run(
        [str(cmake), *arguments, f"-DCMAKE_CUDA_COMPILER={nvcc}", f"-DCMAKE_MAKE_PROGRAM={ninja}"],
        cwd=source,
        capture_output=True,
        text=True,
        timeout=300,
        env=clean,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (build,) = [path.parent for path in folder.rglob("build.ninja")]
    units = cuda_units(build)
    assert units
    (asked,) = {frozenset(map(str, unit.request.images)) for unit in units}
    return set(asked)


@pytest.fixture
def ggml(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "tests/projects/ggml", tmp_path / "project")
    return tmp_path / "project"


def test_presets_configure_exactly_what_was_promised(ggml: Path) -> None:
    report = made("whisper.cpp", "presets", "8.0", "12.0", cuda=toolchain.NVCC_RELEASE)
    (ggml / "CMakePresets.json").write_text(report.files[0].text)
    got = configured(ggml / "build", ggml, "--preset", "cudacompat")
    assert got == {str(each) for each in report.plans[0].arrives} == {"sm_80", "sm_120a", "compute_80"}
    (folder,) = (ggml / "build").iterdir()
    assert folder.name == "cudacompat-80p_120"  # a CMakeCache.txt with another list is never met


def test_a_preset_of_ones_own_inherits_the_list(ggml: Path) -> None:
    report = made("whisper.cpp", "presets", "8.6", cuda=toolchain.NVCC_RELEASE)
    (ggml / "CMakePresets.json").write_text(report.files[0].text)
    (ggml / "CMakeUserPresets.json").write_text(
        json.dumps(
            {
                "version": 3,
                "configurePresets": [
                    {
                        "name": "mine",
                        "inherits": ["cudacompat-architectures"],
                        "generator": "Ninja",
                        "binaryDir": "${sourceDir}/mine",
                    }
                ],
            }
        )
    )
    assert configured(ggml / "mine", ggml, "--preset", "mine") == {"sm_86", "compute_86"}


def test_a_matrix_of_presets_is_read_by_cmake(tmp_path: Path) -> None:
    cmake = toolchain.require_cmake()
    written(tmp_path, "cmake", "presets", *MATRIX)
    listed = subprocess.run([cmake, "--list-presets"], cwd=tmp_path, capture_output=True, text=True)
    assert listed.returncode == 0, listed.stderr
    assert '"cudacompat-cuda12.8"' in listed.stdout
    assert '"cudacompat-cuda13.0"' in listed.stdout


# -- on the command line


def test_several_files_need_a_folder_and_get_one(tmp_path: Path) -> None:
    command = ("generate", "cmake", *(word for spec in MATRIX for word in ("--gpu", spec)), "--as", "dockerfile")
    refused = cudacompat(*command)
    assert (refused.code, refused.out) == (2, "")
    assert "this writes 2 files; name a directory with -o DIR" in refused.err
    assert cudacompat(*command, "-o", tmp_path / "deep/down").code == 0
    assert sorted(path.name for path in (tmp_path / "deep/down").iterdir()) == [
        ".cudacompat",
        ".dockerignore",
        "Dockerfile.cuda12.8",
        "Dockerfile.cuda13.0",
    ]


def test_an_output_that_holds_one_build_refuses_a_matrix(tmp_path: Path) -> None:
    for output in ("podman", "devcontainer", "nvcc"):
        ran = cudacompat("generate", "cmake", "--gpu", "7.0", "--gpu", "11.0", "--as", output, "-o", tmp_path)
        assert ran.code == 2
        assert "no single CUDA release builds all of these" in ran.err
        assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_where_one_of_the_files_differs(tmp_path: Path) -> None:
    command = ("generate", "cmake", "--gpu", "8.6", "--as", "podman", "-o", tmp_path)
    (tmp_path / "cmake.build").write_text("mine\n")
    assert cudacompat(*command).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["cmake.build"]


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    """The third file cannot be put in its place: a folder of that name is there."""
    (tmp_path / "cmake-jit.volume").mkdir()
    ran = cudacompat("generate", "cmake", "--gpu", "8.6", "--as", "podman", "-o", tmp_path)
    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["cmake-jit.volume"]
    (tmp_path / "file").write_text("")
    ran = cudacompat("generate", "cmake", "--gpu", "8.6", "--as", "env", "-o", tmp_path / "file/below")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("engine", "more", "base"),
    [
        ("cmake", ("--cuda", "12.2"), "12.2.2-devel-ubuntu22.04"),
        ("whisper-rs", ("--driver", "535"), "12.2.2-devel-ubuntu22.04"),
        ("cmake", ("--cuda", "12.8"), "12.8.2-devel-ubuntu24.04"),
    ],
)
def test_a_release_without_images_of_the_usual_distribution_gets_another(
    engine: str, more: tuple[str, ...], base: str
) -> None:
    ran = inside("generate", engine, "--gpu", "A100", *more, "--as", "github")
    assert ran.code == 0, ran.err
    assert f"container: docker.io/nvidia/cuda:{base}" in ran.out


def test_each_image_of_a_mixed_list_has_a_distribution_of_its_own() -> None:
    ran = inside("generate", "cmake", "--gpu", "K80", "--gpu", "B200", "--as", "dockerfile", "--format", "json")
    bases = [re.search(r"^FROM \S+-devel-(\S+) AS build", file["text"], re.MULTILINE) for file in ran.json["files"]]
    assert [base[1] for base in bases if base] == ["ubuntu22.04", "ubuntu24.04"]


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_a_job_for_several_images_has_one_distribution_whose_packages_it_installs(kind: str) -> None:
    ran = inside("generate", "cmake", "--gpu", "K80", "--gpu", "B200", "--as", kind)
    assert set(re.findall(r"nvidia/cuda:(\d+\.\d+)\S+-devel-(\w+\.\d+)", ran.out)) == {
        ("11.8", "ubuntu22.04"),
        ("12.8", "ubuntu22.04"),
    }
    assert "python3.11-venv" in ran.out
    refused = inside("generate", "faiss", "--gpu", "K80", "--gpu", "B200", "--as", kind)
    assert refused.code == 2
    assert "CUDA 11.8" in refused.err


@pytest.mark.parametrize("more", [("--cuda", "11.8"), ("--distro", "ubuntu22.04")])
def test_no_image_has_a_cmake_that_the_engine_refuses(more: tuple[str, ...]) -> None:
    ran = inside("generate", "faiss", "--gpu", "A100", *more, "--as", "dockerfile")
    assert ran.code == 2
    assert "--distro ubuntu22.04" not in ran.err
    assert inside("generate", "faiss", "--gpu", "A100", *more, "--as", "env").code == 0  # the settings hold anyhow


@pytest.mark.parametrize(
    ("distro", "cuda", "said"),
    [
        ("debian12", None, "unknown distribution"),
        ("ubuntu26.04", "12.8", "takes gcc 14 at most"),
        ("ubuntu22.04", "11.8", None),
    ],
)
def test_another_distribution(tmp_path: Path, distro: str, cuda: str | None, said: str | None) -> None:
    more = ("--cuda", cuda) if cuda else ()
    ran = cudacompat(
        "generate", "cmake", "--gpu", "8.6", *more, "--distro", distro, "--as", "dockerfile", "-o", tmp_path
    )
    if said is not None:
        assert ran.code == 2
        assert said in ran.err
        return
    assert ran.code == 0, ran.err
    text = (tmp_path / "Dockerfile").read_text()
    assert "ARG CUDA=11.8.0\nFROM docker.io/nvidia/cuda:${CUDA}-devel-ubuntu22.04 AS build" in text
    assert "FROM docker.io/library/python:3.12-slim AS check" in text  # Ubuntu 22.04 has Python 3.10
    done = subprocess.run([beside("hadolint"), tmp_path / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_suffix_f_brings_a_cmake_that_knows_it() -> None:
    plain = made("cmake", "dockerfile", "sm_120").files[0].text
    family = made("cmake", "dockerfile", "sm_120f").files[0].text
    assert "cmake>=4.0.2" in family
    assert "cmake>=4.0.2" not in plain
    older = made("cmake", "dockerfile", "sm_120f", distro="ubuntu22.04").files[0].text
    assert "cmake>=4.0.2" not in older  # its CMake hands any list on


def test_the_cache_of_cargo_is_another_for_another_list_release_and_setting(tmp_path: Path) -> None:
    """Chosen when the command runs: a list that somebody edits in the file afterwards counts, too."""
    text = made("whisper-rs", "dockerfile", "8.6").files[0].text
    match = re.search(r"CARGO_TARGET_DIR=(.+?) \\\n", text)
    assert match is not None
    set_in_file = dict(re.findall(r'^ENV (\w+)="([^"$]*)"$', text, re.MULTILINE))
    assert set_in_file == {"CMAKE_CUDA_ARCHITECTURES": "86", "GGML_NATIVE": "OFF"}

    def folder(release: str = "13.0", **changed: str) -> str:
        nvcc = tmp_path / "nvcc"
        nvcc.write_text(f"#!/bin/sh\necho release {release}\n")
        nvcc.chmod(0o755)
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **set_in_file, **changed}
        script = f"set -euo pipefail; printf %s {match[1]}"
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    folders = [
        folder(),
        folder(CMAKE_CUDA_ARCHITECTURES="86;120-real"),
        folder(GGML_NATIVE="ON"),
        folder(release="13.1"),
    ]
    assert len(set(folders)) == len(folders)
    assert folder(HOSTNAME="another") == folders[0]
    assert all(re.fullmatch(r"/var/cache/target/[0-9a-f]{16}", each) for each in folders)


def test_a_refusal_for_a_board_says_what_becomes_of_the_other_gpus() -> None:
    with pytest.raises(UsageError, match=r"JetPack.*; make the image for 8\.9, 12\.0 without --gpu of a board$"):
        made("cmake", "dockerfile", "8.7", "8.9", "12.0")
    with pytest.raises(UsageError, match=r"with the settings of --as env$"):
        made("cmake", "dockerfile", "8.7")


def test_a_refusal_of_a_gpu_says_which_the_engine_accepts() -> None:
    with pytest.raises(UsageError, match=r"no setting that accepts 61 \(it accepts 80, 90, 100, 120\)$"):
        made("flash-attention", "env", "6.1")
