"""A project as its build files describe it."""
