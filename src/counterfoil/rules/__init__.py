"""The decisions. Pure: no files, no clock, no database."""
