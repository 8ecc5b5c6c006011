"""Messages as files: the default sender, for trying things out, tests and the demo."""
