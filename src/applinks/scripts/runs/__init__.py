"""Runs: what they are, what people see of them and do about them."""
