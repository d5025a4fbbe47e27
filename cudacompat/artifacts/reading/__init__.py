"""What the user named, read file by file: listed first, then one file after the other or several at once."""
