"""Findings for CI systems and code hosts."""
