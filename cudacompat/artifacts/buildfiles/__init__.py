"""Files of build systems, parsed: text in, what they will do out."""
