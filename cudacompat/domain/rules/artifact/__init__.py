"""Rules over artifacts."""
