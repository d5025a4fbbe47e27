"""What the user named: targets, policy, baseline, text files."""
