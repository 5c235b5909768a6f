"""Terminal input and output that several verbs use: options, layout, progress."""
