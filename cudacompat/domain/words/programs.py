"""Programs that install packages, run containers and build, by the names that commands call them."""

from __future__ import annotations

APT = frozenset({"apt-get", "apt", "aptitude"})
SYSTEM_PACKAGERS = APT | {"dnf", "yum", "microdnf"}
CONDA = frozenset({"conda", "mamba", "micromamba"})
CONTAINER_ENGINES = frozenset({"docker", "podman", "nerdctl"})
MAKE = frozenset({"make", "gmake", "mingw32-make"})
