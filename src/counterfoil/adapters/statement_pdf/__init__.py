"""PDF pages as words in rows: two readers that see the same page independently."""
