"""One run, observed."""
