"""Spreadsheets in: reading a file, checking its rows, the template to fill in (interfaces, Spreadsheets)."""
