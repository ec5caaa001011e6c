"""Independent implementations, driven as a child process in an environment of their own (`make peers`)."""
