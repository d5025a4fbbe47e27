"""The names of base images as generated files have them: from which registry, and with which digest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cudacompat.domain.builds.plans.plan import BuildPlan

DOCKER_HUB = "docker.io"  # podman and buildah ask which registry is meant where it is left out


@dataclass(frozen=True, slots=True)
class BaseImages:
    """The registry that has the base images, and what asks it for the digest of a name (`sha256:…`); without that,
    names end with their tag."""

    registry: str = DOCKER_HUB
    digest: Callable[[str], str] | None = None

    def name(self, image: str) -> str:
        """Return the image's full name: `docker.io/library/python:3.12-slim`, with its digest where that is asked."""
        full = f"{self.registry}/{image}"
        return f"{full}@{self.digest(full)}" if self.digest is not None else full

    def cuda(self, plan: BuildPlan, flavour: str) -> str:
        """Return the name of nvidia/cuda's image of this flavour for the plan."""
        return self.name(plan.base_image(flavour))

    def line(self, plan: BuildPlan, flavour: str) -> str:
        """Return the same for a Dockerfile, where the argument CUDA chooses the release unless a digest has."""
        name = self.cuda(plan, flavour)
        if self.digest is not None or plan.image is None:
            return name
        return name.replace(f":{plan.image.cuda}-", ":${CUDA}-")


FROM_DOCKER_HUB = BaseImages()
