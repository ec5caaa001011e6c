"""Files of dose records, in the forms in which platforms hand them out."""
