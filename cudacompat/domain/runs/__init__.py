"""Runs observed, verified, measured, rebuilt."""
