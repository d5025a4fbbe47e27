"""`lint`: a project's build files read, put together into facts, and judged by the rules."""
