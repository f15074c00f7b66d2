"""The parsers of the command line: their errors, their help, and the options that several commands share."""
