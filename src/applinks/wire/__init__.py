"""Formats of the wire: pure functions between bytes and values. No clock, no chance, nothing opened."""
