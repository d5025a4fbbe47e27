"""Ignores: how they apply, and the rules about them."""
