"""What `lint` knows of a project before any rule looks at it, and what it reports. Pure."""
