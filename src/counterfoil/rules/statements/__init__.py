"""Reading a bank statement that nobody described: a search that arithmetic decides."""
