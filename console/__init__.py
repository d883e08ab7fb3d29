"""People: the `unsilo` command line."""
