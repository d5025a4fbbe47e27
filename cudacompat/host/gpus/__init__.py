"""The GPUs and the driver of this machine."""
