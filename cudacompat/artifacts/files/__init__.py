"""One file: its kind by its first bytes, its device code, a member of it."""
