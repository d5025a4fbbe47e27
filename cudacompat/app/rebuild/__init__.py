"""`rebuild`: plan, clear what is stale, configure, look at the flags, build, and judge what came out."""
