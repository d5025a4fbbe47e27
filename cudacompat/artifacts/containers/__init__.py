"""Files that hold files, read member by member."""
