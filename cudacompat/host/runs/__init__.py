"""Programs that run, observed."""
