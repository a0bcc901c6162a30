"""Workbooks, in and out. The home of openpyxl, python-calamine and defusedxml.

maps        what selectors/sheets/<kind>.toml may say
preflight   is it worth opening? limits, bombs, macros: read from the zip's directory
raw         the sheet as it is written, cell by cell, as text: the truth about amounts
readers     the same sheet through openpyxl and through calamine
table       where the header is, where the rows end, and whether all readers agree
cells       one cell becomes one value, strictly
control     the analyst's own count and sum must hold
reading     all of the above, in order: runs inside the parser box
wire        a reading as JSON, to get out of the box
outcome     what became of one row
results     the workbook the analyst gets back
"""
