"""What is made from the command line itself: completions of shells, the manual page, the reference of commands."""
