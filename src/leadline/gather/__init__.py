"""What several jobs need to gather evidence; one job knows no other job."""
