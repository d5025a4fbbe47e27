"""Build plans: release, list, cost and commands."""
