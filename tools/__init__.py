"""Programs that keep the project's own promises. None of them is part of the library."""
