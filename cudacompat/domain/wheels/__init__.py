"""Published wheels: what each holds, what becomes of it on a GPU, and which of them cures a pin that does not run."""
