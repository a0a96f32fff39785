"""The published pages: the health of the copy, what changed and why, the policy, the docs of every column."""
