"""Measurements as ratios to a bare operation of the same run; `python -m bench` prints them."""
