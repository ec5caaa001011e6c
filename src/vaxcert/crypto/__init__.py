"""Algorithms, public keys, the Signer protocol and signing certificates. No trust decisions."""
