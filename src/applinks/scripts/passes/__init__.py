"""One pass through a script: what it may name, which calls it makes, and how it ends."""
