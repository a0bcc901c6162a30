"""What runs in the parser box: its modules are entered in the limited child only."""
