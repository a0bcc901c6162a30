"""What one bot does at one kind of task; generic over systems."""
