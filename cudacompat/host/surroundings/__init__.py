"""What this process runs in: the system, a container, variables."""
