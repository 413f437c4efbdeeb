"""Limits for reading untrusted files, with reasons. Real school lists stay far below each of them."""

from __future__ import annotations

MEGABYTE = 1024 * 1024

FILE_BYTES = 20 * MEGABYTE  # 60,000 pupils with twenty columns take about 8 MB as XLSX
UNPACKED_BYTES = 300 * MEGABYTE  # the same list unpacked takes about 90 MB of XML
PACKING_RATIO = 200  # sheets pack 10 to 30 times; a bomb packs 1,000 times and more
RATIO_FROM_BYTES = 5 * MEGABYTE  # below this a high ratio does no harm (thousands of equal rows pack well)
ZIP_ENTRIES = 2_000  # a workbook has some dozens of parts; pictures of pupils make it hundreds
ROWS = 60_000  # the largest list that the portal takes; the biggest school has 5,000 pupils
TITLE_ROWS = 200  # titles, totals and repeated headers beside them
COLUMNS = 100  # columns beyond are not looked at; the ministry's own export has 60
CELL_CHARACTERS = 2_000  # no cell that we keep is longer; the rest of a longer one is cut off
SAMPLE_ROWS = 60  # enough to find the header below the titles, and to show a sheet
SHEETS = 150  # sheets that are listed: one a class makes some dozens
MERGES = 20_000  # cells merged downwards: one a class makes some dozens

# Limits of the process that reads the file: it is killed, not the portal.
CHILD_MEMORY = 768 * MEGABYTE  # the streaming readers need 30 MB; XLS and ODS are loaded whole
CHILD_CPU_SECONDS = 60  # 60,000 rows of twenty columns take 6 seconds
CHILD_WALL_SECONDS = 120  # twice that, for a machine that is busy
SPOOL_BYTES = 300 * MEGABYTE  # the rows as text, on the disk, while they are read
