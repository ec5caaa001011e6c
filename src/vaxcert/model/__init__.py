"""What a certificate says. Frozen values, no wire format, no trust, no clock."""
