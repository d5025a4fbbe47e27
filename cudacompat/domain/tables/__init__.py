"""What NVIDIA released: tables of frozen rows, each with its source, and the look-ups over them."""
