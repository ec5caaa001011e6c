"""What makes records fit to be certified and certificates fit to be accepted."""
