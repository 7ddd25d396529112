"""Events: where they come from, what they give, whose they are, which hooks want them, and to whom they are told on."""
