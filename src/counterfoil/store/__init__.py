"""What we remember: the ledger, the evidence, the documents."""
