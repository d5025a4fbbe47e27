"""What is installed here, as components: read from package managers' own lists; nothing is run or imported."""
