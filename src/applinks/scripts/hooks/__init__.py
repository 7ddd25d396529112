"""What hooks into what: decorators, their parameters, the folder they are loaded from, what is set for them."""
