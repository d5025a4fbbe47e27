"""One command's report as text and as a document."""
