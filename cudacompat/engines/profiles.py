"""Forms in which people give a build its architectures, kept so that they can be compared with what is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from packaging.version import Version

from cudacompat.domain.builds.engine import Channel, Engine, Grammar
from cudacompat.domain.builds.lists.writer import CodeTarget, spell
from cudacompat.domain.builds.plans.plan import PlanSetting
from cudacompat.domain.words.errors import UsageError


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a form: how its value is written, and who reads it anywhere."""

    name: str
    grammar: Grammar
    read_by: str
    first_only: bool = False  # it takes the first architecture alone


@dataclass(frozen=True, slots=True)
class EnvironmentProfile:
    """A set of environment variables, and the GPUs it names where none are given."""

    name: str
    specs: tuple[str, ...]
    variables: tuple[Variable, ...]
    source: str

    def idle(
        self, engine: Engine, version: Version | None, code: Sequence[CodeTarget], present: set[str]
    ) -> tuple[PlanSetting, ...]:
        """Return the variables of the form that are not present and do no harm in this build."""
        majors = {each.number // 10 for each in code}
        harmful = {hazard.name for hazard in engine.hazards if hazard.majors and hazard.applies(version, majors)}
        settings = []
        for variable in self.variables:
            if variable.name in present or variable.name in harmful:
                continue
            redundant = next(
                (h for h in engine.hazards if h.name == variable.name and h.applies(version, majors)), None
            )
            settings.append(
                PlanSetting(
                    name=variable.name,
                    value=spell(variable.grammar, code[:1] if variable.first_only else code),
                    channel=Channel.ENVIRONMENT,
                    reader=variable.read_by,
                    why=redundant.why if redundant else "nothing in this build reads it",
                    source=self.source,
                    idle=redundant is None,
                )
            )
        return tuple(settings)


# The form of the incident: the newest card first, then those of the other hosts. Of its five variables three are read
# by nothing in a build of whisper.cpp.
INCIDENT = EnvironmentProfile(
    name="incident",
    specs=("12.0", "8.0", "8.6", "8.9"),
    variables=(
        Variable("TORCH_CUDA_ARCH_LIST", Grammar.DOTTED, "PyTorch and its extensions"),
        Variable(
            "CUDA_ARCH_LIST", Grammar.NUMBERS, "CTranslate2, only as -D, where this form of the value is an error"
        ),
        Variable("GGML_CUDA_COMPUTE_CAPABILITY", Grammar.NUMBERS, "no known program", first_only=True),
        Variable("CMAKE_CUDA_ARCHITECTURES", Grammar.CMAKE, "build scripts that hand CMAKE_* on; never CMake itself"),
        Variable("NVCC_APPEND_FLAGS", Grammar.GENCODE, "nvcc itself, in every call of it"),
    ),
    source="a public write-up of the incident (yes1688/care-voice); searched in the history of each project named",
)

PROFILES: tuple[EnvironmentProfile, ...] = (INCIDENT,)


def find(name: str) -> EnvironmentProfile:
    """Return the profile of this name; `UsageError` that lists them for an unknown one."""
    for profile in PROFILES:
        if profile.name == name.strip().lower():
            return profile
    raise UsageError(f"unknown profile: {name[:60]!r}; there is {', '.join(each.name for each in PROFILES)}")
