"""Identity: who is at work, how they log in, and what their role lets them do."""
