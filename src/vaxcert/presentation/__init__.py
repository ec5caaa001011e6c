"""What people and programs are shown: the words of each language, and certificates as lines and as JSON."""
