"""The whole program: imports, hostile inputs, the example."""
