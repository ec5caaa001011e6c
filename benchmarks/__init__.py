"""Measurements against bare cryptography and the packages a user would pick instead (`make bench`)."""
