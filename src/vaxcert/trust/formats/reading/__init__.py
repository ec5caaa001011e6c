"""What the formats are read with: terms, entries, signers, keys without certificate, JSON, and items of the gateway."""
