"""Places where people are paid to label, reached over their own interfaces."""
