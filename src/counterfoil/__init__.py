"""Counterfoil: unattended bots for the bank back office, every keystroke on the record."""
