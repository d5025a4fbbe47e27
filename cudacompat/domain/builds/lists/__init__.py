"""Lists of architectures: written, read and guessed."""
