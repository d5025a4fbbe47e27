"""An architecture is listed but holds no kernel.

What it finds: the image that the driver picks for the GPU holds none of the module's kernels, while others do.

Why it matters: the driver picks the image first and looks for the kernel afterwards. An empty sm_90 image with
good PTX therefore fails on an sm_90 GPU with error 500 (named symbol not found), and every list of the file's
architectures, cuobjdump's included, says that sm_90 is there. Adding an image can break a module.

Example: relocatable objects built for sm_80 only, linked with `nvcc -arch=sm_90`.

What to do: compile every object with the same list as the link, or take the empty target out of the link.
"""

from __future__ import annotations

from cudacompat.domain.rules.artifact.one_cause import failing_rule
from cudacompat.domain.words.phrases import count, some
from cudacompat.domain.words.rule import Rule
from cudacompat.domain.words.verdict import ArtifactVerdict, ModuleVerdict, Reason


def _words(verdict: ArtifactVerdict, modules: list[ModuleVerdict]) -> tuple[str, str | None, str]:
    first = modules[0]
    image = str(first.picked.target) if first.picked else "the image"
    return (
        f"the driver picks {image}, which has no kernels: nothing runs on {verdict.target.label}",
        f"{image} has none of the module's {count(len(first.missing), 'kernel')}: {some(first.missing)}",
        f"compile all objects and the device link for the same architecture list, or drop {image}",
    )


RULE = Rule(
    "phantom-arch",
    "Architecture without kernels",
    __doc__,
    failing_rule("phantom-arch", Reason.EMPTY_IMAGE, _words, instead=Reason.KERNELS_BY_SOURCE),
)
