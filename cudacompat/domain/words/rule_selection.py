"""Which rules of a command run, where a user chose some."""

from __future__ import annotations

from dataclasses import dataclass

from cudacompat.domain.words.phrases import count


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """The rules that run and those that do not, as ids in the order of the rules."""

    run: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """Which rules were not run, or, if those are more, which ones were; empty where all ran."""
        if not self.not_run:
            return ""
        if len(self.not_run) <= len(self.run):
            return f"{count(len(self.not_run), 'rule')} not run: {', '.join(self.not_run)}"
        return f"{count(len(self.not_run), 'rule')} not run; those that were: {', '.join(self.run)}"
