"""`wheels`: published wheels by name, and rows of wheels that are read."""
