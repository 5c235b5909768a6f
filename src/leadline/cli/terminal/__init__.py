"""What verbs share at the terminal: options, layout, progress, answers."""
