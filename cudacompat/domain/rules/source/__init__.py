"""Rules over source files."""
