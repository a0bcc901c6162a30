"""What happens when one defence is taken away: a test must turn red, for each of them.

patches.py   the mutants: a piece of source, what it becomes, and who must notice
rooms.py     the quick way: patched modules in memory, judged by the simulator
runner.py    the full way: a copy of the tree, patched, and pytest demanded red
"""
