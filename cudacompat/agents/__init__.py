"""The commands that only read, as tools of a Model Context Protocol server: `cudacompat-mcp`, of the extra `mcp`."""
