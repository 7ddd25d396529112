"""Scripts that act for people: hooks, their conditions and parameters, and what becomes of each run."""
