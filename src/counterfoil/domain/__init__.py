"""The nouns. Standard library only; every record is immutable."""
