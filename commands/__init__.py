"""The commands of the command line; each imports the parts it needs when it is called."""
