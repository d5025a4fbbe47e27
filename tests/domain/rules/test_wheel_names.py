"""Which wheel a file is in, by its path, of which strangers choose each part."""

from __future__ import annotations

import time

from cudacompat.domain.rules.artifact.compiled_later import named_wheel, wheels_among
from tests.helpers.each_row import each_case


@each_case(
    ("path", "named"),
    [
        ("dist/cupy_cuda12x-13.4.1-cp312-cp312-linux.whl!/cupy/_core.so", ("cupy-cuda12x", "13.4.1")),
        ("my-files/cupy-13.4.whl", ("cupy", "13.4")),
        ("a-1.0.whl!/b-2.0.whl!/x.so", ("a", "1.0")),
        ("a.whl!/b-2.0.whl!/x.so", ("b", "2.0")),
        ("a-1.whl.d/x.so", None),
        ("a-1.whlx", None),
        ("a-one.whl", None),
        ("dir.whl/x", None),
    ],
)
def test_a_wheel_is_named(path: str, named: tuple[str, str] | None) -> None:
    assert named_wheel(path) == named


def test_a_long_name_takes_no_longer_than_its_length() -> None:
    start = time.process_time()
    paths = [f"x.whl!/{'a' * 300_000}", f"{'a-1' * 100_000}.whl", "-" * 300_000 + ".whl", ".whl" * 70_000]
    assert len(wheels_among(paths, ())) == 1
    assert time.process_time() - start < 2  # milliseconds; with each length squared it was minutes
