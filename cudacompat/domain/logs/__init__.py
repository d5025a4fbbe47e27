"""Logs explained: lines, facts, diagnosis."""
