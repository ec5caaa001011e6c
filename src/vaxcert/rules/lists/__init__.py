"""Lists of rules of countries, in the forms in which they travel. Specified in `specs/rules.md`, section 1."""
