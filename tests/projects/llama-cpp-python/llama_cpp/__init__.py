"""Not the real one: it only brings the library along."""
