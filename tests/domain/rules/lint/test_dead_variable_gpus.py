"""What `dead-variable` says to set instead serves the GPUs that were named."""

from __future__ import annotations

from cudacompat.domain.rules.lint.dead_variable import RULE
from tests.helpers.each_row import each_case
from tests.helpers.lint_case import project


@each_case(
    ("written", "gpus", "instead"),
    [
        ("8.6", (), "FLASH_ATTN_CUDA_ARCHS"),
        ("8.6", ("RTX 3090",), "FLASH_ATTN_CUDA_ARCHS=80"),
        ("8.6", ("RTX 5090",), "FLASH_ATTN_CUDA_ARCHS=80;120"),
        ("8.6", ("H100", "RTX 5090"), "FLASH_ATTN_CUDA_ARCHS=80;90;120"),
        ("8.6;12.0", ("RTX 5090",), "FLASH_ATTN_CUDA_ARCHS=80;120"),
    ],
)
def test_what_is_to_be_set_instead_serves_the_gpus(written: str, gpus: tuple[str, ...], instead: str) -> None:
    text = f'export TORCH_CUDA_ARCH_LIST="{written}"\npip install flash-attn --no-build-isolation\n'
    (found,) = RULE.check(project({"build.sh": text}, *gpus))
    assert found.help == f"remove it; this build reads {instead}"
