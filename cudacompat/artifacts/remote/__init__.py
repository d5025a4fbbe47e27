"""Files that lie behind an https address: taken whole, or of a zip only what may hold device code."""
