"""What `too-big` advises: less device code only where that is enough."""

from __future__ import annotations

import pytest

from cudacompat.domain.rules.artifact.too_big import SizeFacts, check


@pytest.mark.parametrize(
    ("code", "advised"), [(24_000, "make the host code smaller"), (600_000, "remove a target")], ids=["little", "much"]
)
def test_fewer_targets_are_advised_where_they_make_the_file_small_enough(code: int, advised: str) -> None:
    (finding,) = check(SizeFacts("libx.so", 1_100_000, 1_000_000, (("sm_90", code),)))
    assert finding.help is not None
    assert finding.help.startswith(advised)
