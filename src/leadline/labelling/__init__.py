"""Labels by people: items, gold, votes to labels, annotators, the next rows and their cost."""
