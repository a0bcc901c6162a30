"""E-statements: bytes in, drafts out. ``rules/statement_proof.py`` decides what is believed.

reading       which format it is, by content, and what it says
options       what a site tells the readers
camt          ISO 20022 camt.052, .053, .054 (xml_elements: the home of defusedxml here)
mt940         SWIFT MT940, MT942: mt-940, held against the raw fields
ofx           OFX 1.x and 2.x, QFX (ofx_tree: their markup)
bai2_file     BAI2: the home of bai2, held against the raw records
csv_export    CSV, by the maps in selectors/statements/ (csv_maps: what they may say)
texts         amounts, days and words, strictly
"""
