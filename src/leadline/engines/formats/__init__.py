"""Files in which items and votes go out and come back."""
