"""Scripts that administrators paste into a page, and the sandbox they run in."""
