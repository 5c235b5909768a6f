"""Images in tables: files and arrays become small PNG, and pixels."""
