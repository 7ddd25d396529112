"""Messages to people: their words, and the channels by which they leave."""
