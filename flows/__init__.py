"""When and in which order: pull, resolve, push as plain functions, with settings and wiring."""
