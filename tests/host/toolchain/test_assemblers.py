"""The ptxas of this machine: which are found, and what a real one is taken to say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cudacompat.domain.words.verdict import PtxProof
from cudacompat.domain.words.versions import ToolkitVersion
from cudacompat.host.toolchain import assemblers as module
from cudacompat.host.toolchain.assemblers import Assembler, assemble, assemblers
from cudacompat.places.roots import Roots
from tests.helpers.toolchain import NVCC_RELEASE, ptx_text, require_ptxas

GOOD = ptx_text("8.0", "80")
HEAD = ".version 8.0\n.target sm_90\n.address_size 64\n"


@pytest.fixture
def real() -> Assembler:
    return Assembler(require_ptxas(NVCC_RELEASE), ToolkitVersion.parse(NVCC_RELEASE))


def given(folder: Path, text: str) -> Path:
    path = folder / "text.ptx"
    path.write_text(text)
    return path


class TestWhatARealOneSays:
    def test_a_good_text_is_proved_and_nothing_is_left(self, real: Assembler, tmp_path: Path) -> None:
        answer = assemble(real, given(tmp_path, GOOD), "sm_90")
        assert (answer.proof, answer.said, answer.ptxas) == (PtxProof.PROVED, None, real.release)
        assert [each.name for each in tmp_path.iterdir()] == ["text.ptx"]

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("wgmma.fence.sync.aligned;", "line 4: Instruction 'wgmma.fence' not supported on .target 'sm_90'"),
            ("bogus.u32 a, b;", "line 4: Not a name of any known instruction: 'bogus'"),
            ("call nothing;", "line 4: Call to 'nothing' requires call prototype"),
        ],
    )
    def test_a_bad_one_is_refused_with_its_first_error(
        self, real: Assembler, tmp_path: Path, body: str, said: str
    ) -> None:
        answer = assemble(real, given(tmp_path, f"{HEAD}.visible .entry k() {{ {body} ret; }}\n"), "sm_90")
        assert (answer.proof, answer.said) == (PtxProof.REFUSED, said)

    def test_an_error_without_a_line(self, real: Assembler, tmp_path: Path) -> None:
        text = f"{HEAD}.extern .func other();\n.visible .entry k() {{ call other; ret; }}\n"
        answer = assemble(real, given(tmp_path, text), "sm_90")
        assert (answer.proof, answer.said) == (PtxProof.REFUSED, "Unresolved extern function 'other'")

    @pytest.mark.parametrize(
        ("text", "target"),
        [
            (GOOD, "sm_61"),
            (GOOD.replace("8.0", "99.9", 1), "sm_90"),
            (GOOD, "sm_nothing"),
            (GOOD.replace("sm_80", "sm_80, debug"), "sm_90"),
        ],
    )
    def test_what_is_the_assemblers_own_lack_proves_nothing(
        self, real: Assembler, tmp_path: Path, text: str, target: str
    ) -> None:
        assert assemble(real, given(tmp_path, text), target).proof is PtxProof.OPEN

    @pytest.mark.parametrize(("size", "proof"), [(70_000, PtxProof.OPEN), (900_000, PtxProof.REFUSED)])
    def test_more_shared_memory_than_ptxas_lets_be_declared_is_the_drivers_to_judge(
        self, real: Assembler, tmp_path: Path, size: int, proof: PtxProof
    ) -> None:
        shared = f"{{ .shared .align 4 .b8 much[{size}]; .reg .b32 at; mov.b32 at, much; st.shared.b32 [at], at;"
        text = GOOD.replace("{", shared, 1)
        answer = assemble(real, given(tmp_path, text), "sm_90")
        assert answer.proof is proof
        assert "too much shared data" in (answer.said or "")

    def test_too_slow_and_too_large_prove_nothing(
        self, real: Assembler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work = "add.u32 a, a, a;\n" * 200_000
        text = given(tmp_path, f"{HEAD}.visible .entry k() {{ .reg .u32 a; {work} ret; }}\n")
        slow = assemble(real, text, "sm_90", seconds=0.01)
        assert (slow.proof, slow.said) == (PtxProof.OPEN, "ptxas: no answer within 0.01 s")
        monkeypatch.setattr(module, "_MEMORY", 1 << 20)
        assert assemble(real, text, "sm_90").proof is not PtxProof.REFUSED

    def test_what_it_says_is_one_short_line(self, real: Assembler, tmp_path: Path) -> None:
        text = f"{HEAD}.visible .entry k() {{ bogus\x1b[31m{'x' * 5000} a; ret; }}\n"
        answer = assemble(real, given(tmp_path, text), "sm_90")
        assert answer.said is not None
        assert answer.said.isprintable()
        assert len(answer.said) < 250


class TestWhichAreFound:
    def test_that_of_the_test_extra_is(self, real: Assembler) -> None:
        assert real.release in {each.release for each in assemblers()}

    def test_the_newest_is_first(self) -> None:
        releases = [each.release for each in assemblers()]
        assert releases == sorted(set(releases), reverse=True)

    def test_none_that_lies_in_the_current_folder(
        self, real: Assembler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not by a relative entry of PATH, and not by a relative CUDA_HOME."""
        (tmp_path / "bin").mkdir()
        for place in (tmp_path / "ptxas", tmp_path / "bin" / "ptxas", tmp_path / "bin" / "nvcc"):
            place.symlink_to(real.path)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(module, "site_folders", lambda roots: ())
        environment = {"PATH": f".{os.pathsep}{os.pathsep}bin", "CUDA_HOME": ".", "HOME": str(tmp_path)}
        found = assemblers(Roots.under(tmp_path / "system", environment))
        assert all(not each.path.is_relative_to(tmp_path) and each.path.is_absolute() for each in found)

    def test_one_on_path_is(self, real: Assembler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "site_folders", lambda roots: ())
        (tmp_path / "ptxas").symlink_to(real.path)
        roots = Roots.under(tmp_path / "system", {"PATH": str(tmp_path), "HOME": str(tmp_path)})
        assert (tmp_path / "ptxas", real.release) in [(each.path, each.release) for each in assemblers(roots)]
