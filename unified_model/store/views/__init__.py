"""The views people query: one `.sql` file each, the same columns on both backends."""
