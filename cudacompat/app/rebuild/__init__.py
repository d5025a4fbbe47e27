"""`rebuild`: plan, clear what is stale, configure, look at the flags, build, and judge what came out."""

from cudacompat.app.rebuild.commands import Events
from cudacompat.app.rebuild.prepare import prepare
from cudacompat.app.rebuild.run import run_steps

__all__ = ["Events", "prepare", "run_steps"]
