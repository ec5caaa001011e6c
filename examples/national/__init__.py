"""Synthetic records of a whole nation: made, issued from, and scored against the faults planted in them."""
