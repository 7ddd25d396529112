"""One pass through a script: what it may name, the journal of its calls, and how it ends."""
