"""Two states of one artifact: the baseline and the diff."""
