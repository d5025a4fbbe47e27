"""The errors that carry a user's mistake to the command line."""

from __future__ import annotations


class CudacompatError(Exception):
    """Base of every error whose text is one clear line for the user (exit code 2 unless said otherwise)."""

    exit_code = 2


class ParseError(CudacompatError, ValueError):
    """A text is not of the form that its place asks for."""


class UsageError(CudacompatError):
    """The command was asked for something it cannot do as asked: exit code 2."""


class UnknownEngineError(UsageError):
    """The name is no engine's, and like none."""


class StepError(CudacompatError):
    """Another program that had to run first failed: exit code 5."""

    exit_code = 5
