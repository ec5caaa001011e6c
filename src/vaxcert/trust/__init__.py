"""Who may sign what."""
