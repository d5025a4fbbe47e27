"""How a project is read."""
