"""Events: where they come from, whose they are, which hooks want them, and to whom they are told on."""
