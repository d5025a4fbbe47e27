"""What the user named."""
