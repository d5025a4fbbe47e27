"""Rows of the table of wheels, out of wheels that are read."""
