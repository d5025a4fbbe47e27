"""Rules over an installed package, taken as a whole."""
