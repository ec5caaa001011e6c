"""Bytes to values and back, one module per standard. No trust, no keys, no clock."""
