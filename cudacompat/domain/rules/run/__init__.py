"""Rules over a run."""
