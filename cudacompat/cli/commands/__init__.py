"""One module a command: its options, and the one use case that it calls."""
