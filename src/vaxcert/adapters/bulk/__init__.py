"""Issuing for a nation: Arrow batches, every core, and runs that can be taken up again."""
