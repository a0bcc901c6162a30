"""The supervisor's console: server-made pages over the ledger, for people in a browser.

``routes.py`` lists every page with the right that it asks for; ``gate.py`` stands before
all of them; a page is a function from an :class:`~counterfoil.console.asking.Ask` to an
answer. It decides nothing: every decision goes through the verbs that the commands use.
"""
