"""Runs: what they are, the journal of their calls, what people see of them and do about them."""
