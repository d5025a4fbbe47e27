"""Dockerfiles in scripts: which here documents are one, and where its lines stand."""

from __future__ import annotations

import pytest

from cudacompat.artifacts.buildfiles.here_documents import dockerfiles_in
from cudacompat.domain.project.model import SourceFile

BODY = "FROM ubuntu:24.04\nRUN make\n"


def written(text: str) -> list[SourceFile]:
    return list(dockerfiles_in(SourceFile("make.sh", text)))


@pytest.mark.parametrize(
    "head",
    [
        "cat > Dockerfile <<EOF",
        "cat <<'EOF' > Dockerfile.cuda",
        'cat > "$OUT/Dockerfile" <<-EOF',
        "cat <<EOF > ${OUT}/cuda.dockerfile && docker build .",
        "if true; then\n  cat >Dockerfile <<EOF",
    ],
)
def test_a_dockerfile_keeps_its_lines(head: str) -> None:
    (found,) = written(f"#!/bin/bash\n# süß\n{head}\n{BODY}EOF\nmake -j\n")
    first = head.count("\n") + 3
    lines = found.text.split("\n")
    assert "\n".join(lines[first : first + 2]) == BODY.strip()
    assert not "".join(lines[:first] + lines[first + 2 :]).strip()


def test_a_second_document_is_a_file_of_its_own() -> None:
    text = f"cat > a/Dockerfile <<A\n{BODY}A\ncat > b/Dockerfile <<B\nFROM debian\nB\n"
    assert [found.text.split() for found in written(text)] == [BODY.split(), ["FROM", "debian"]]


@pytest.mark.parametrize(
    "text",
    [
        f"cat > notes.txt <<EOF\n{BODY}EOF\n# Dockerfile\n",
        "cat > Dockerfile <<EOF\n# nothing yet\nEOF\n",
        f"docker build -f Dockerfile - <<EOF\n{BODY}EOF\n",
        f"# cat > Dockerfile <<EOF\n{BODY}EOF\n",
        f"cat <<EOF\ncat > Dockerfile <<X\n{BODY}X\nEOF\n",
    ],
    ids=["other-file", "no-instruction", "standard-input", "comment", "text-in-a-document"],
)
def test_what_is_no_dockerfile_is_none(text: str) -> None:
    assert written(text) == []
