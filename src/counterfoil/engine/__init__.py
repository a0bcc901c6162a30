"""When, in what order, and how often: exactly once."""
