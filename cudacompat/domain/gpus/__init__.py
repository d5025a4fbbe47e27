"""GPUs by name, number and fleet."""
