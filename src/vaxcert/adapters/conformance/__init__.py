"""Conformance: what the published vectors ask of an implementation, answered by this one and put to others."""
