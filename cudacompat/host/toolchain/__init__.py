"""Toolkits and compilers of this machine."""
