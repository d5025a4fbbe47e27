"""Programs that install packages and run containers, by the names that commands call them."""

from __future__ import annotations

APT = frozenset({"apt-get", "apt", "aptitude"})
SYSTEM_PACKAGERS = APT | {"dnf", "yum", "microdnf"}
CONDA = frozenset({"conda", "mamba", "micromamba"})
CONTAINER_ENGINES = frozenset({"docker", "podman", "nerdctl"})
