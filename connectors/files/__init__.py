"""File sources: CSV, TSV, XLSX and gzip exports, one file or a folder of them."""
