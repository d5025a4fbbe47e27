"""What the last stage of a Dockerfile adds to its image."""

from __future__ import annotations

from cudacompat.artifacts.buildfiles.last_stage import last_stage_adds
from tests.helpers.each_row import each_case


@each_case(
    ("text", "added"),
    [
        ("", ()),
        ("FROM a\nRUN make\nLABEL x=y\nWORKDIR /s\n", ()),
        ("FROM a AS b\nEXPOSE 80\nFROM c\nCOPY --from=b /x /y\n", ()),
        ("FROM a\nRUN apt-get update \\\n && apt-get install -y --no-x \\\n nginx \\\n # why\n curl && rm -rf /x\n",
         ("nginx", "curl")),
        ("FROM a\nRUN sudo dnf install -y nginx; echo install more\n", ("nginx",)),
        ('FROM a\nCOPY ["a.conf", "/etc/"]\nADD b.conf /\n', ("COPY a.conf", "COPY b.conf")),
        ("FROM a\nENV A=1 B=2\nENV A=3\nEXPOSE  80   81\n", ("ENV A", "ENV B", "EXPOSE 80 81")),
        (f"FROM a\nCMD {'x' * 100}\n", (f"CMD {'x' * 35}…",)),
    ],
)  # fmt: skip
def test_in_few_words(text: str, added: tuple[str, ...]) -> None:
    assert last_stage_adds(text) == added
