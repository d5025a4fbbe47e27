"""Rules over a machine."""
