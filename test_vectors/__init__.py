"""Published test vectors, and the scripts that make them. Only the data files are meant for others."""
