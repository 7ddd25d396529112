"""What hooks into what: decorators, names and parameters, where they are loaded from, what is set, the runs they begin."""
