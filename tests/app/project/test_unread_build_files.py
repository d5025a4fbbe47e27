"""A file of a build system that `lint` does not read is named where it gives nvcc its targets."""

from __future__ import annotations

from pathlib import Path

from cudacompat.app.project.lookalikes import unread_lookalikes
from tests.helpers.each_row import each_case

_XMAKE = 'add_rules("mode.release")\ntarget("x")\n  add_files("x.cu")\n{}'


@each_case(
    ("name", "text", "named"),
    [
        ("xmake.lua", _XMAKE.format('  add_cugencodes("sm_80")\n'), True),
        ("xmake.lua", _XMAKE.format("  add_cugencodes('native', 'compute_70')\n"), True),
        ("SConstruct", 'env.Append(NVCCFLAGS="-gencode arch=compute_80,code=sm_80")\n', True),
        ("xmake.lua", 'target("x")\n  add_files("x.cpp")\n', False),
    ],
)
def test_a_build_file_with_targets_is_named(tmp_path: Path, name: str, text: str, named: bool) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(unread_lookalikes(tmp_path, [name])) == ([name] if named else [])
