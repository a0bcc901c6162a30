"""Workbooks, in and out. The home of openpyxl, python-calamine and defusedxml.

maps        what selectors/sheets/<kind>.toml may say
preflight   is it worth opening? limits, bombs, macros: read from the zip's directory
raw         the sheet as it is written, cell by cell, as text: the truth about amounts
readers     the same sheet through openpyxl and through calamine; seen: one cell as they saw it
table       where the header is, where the rows end, and whether all readers agree
cells       one cell becomes one value, strictly
control     the analyst's own count and sum must hold
reading     all of the above, in order: runs inside the parser box; findings: what it says
wire        a reading as JSON, to get out of the box
outcome     what became of one row
results     the workbook the analyst gets back; putting: the one way a text gets into a cell

And of a million rows, where nothing can be held:

big_tables      the way in: read_columns(path, map) gives blocks, through the parser box
big_reading     the same inside the box: what is no workbook is a CSV
big_workbook    preflight, header, rows, totals, in order
streamed_book   an open workbook; parts: what its sheets, styles, days and texts are, without
                openpyxl, which takes as long to load as ten thousand rows; row_stream: its rows
row_shapes      rows that are written alike go by a pattern learned from one that was parsed
columns         a column of texts becomes a column of values, by the judge in cells
gathering       rows become blocks; labels: which rows are totals, and these must add up
big_csv         a CSV by the same maps; blocks_wire: a block as JSON
book            write_book(path, pages, sheets), without openpyxl, which takes a tenth of a second
pages           what stands on them; page_cells, charts, sheet_frames, looks, package: as XML
cell_texts      columns of values become columns of cells; frame_cells: a frame of polars does
"""
