"""Match bank lines with ledger lines: pure, on columns, strictest evidence first.

Every line ends in exactly one match or stays open with a reason; nothing is used twice.
"""
