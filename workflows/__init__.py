"""What runs, when, and in what order; one kind of item each."""
