"""Signing with private keys in PKCS #11 tokens: hardware security modules, smart cards, SoftHSM."""
