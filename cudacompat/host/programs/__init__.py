"""Programs that are started: one door, limits, and an end for all that they started."""
