"""What each command found, and its exit code."""
