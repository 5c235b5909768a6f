"""Reading strangers' files: recognised once, read the same ever after by a reading schema."""
