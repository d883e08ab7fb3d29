"""The commands, a module a family; each is loaded only when it is called."""
