"""Requirements as files name them: pip's own files, locks, pyproject.toml, and conda's environments."""
