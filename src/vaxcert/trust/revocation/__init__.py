"""Revocation of single certificates: lists that answer revoked, not revoked, or unknown."""
