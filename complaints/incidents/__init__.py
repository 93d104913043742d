"""Mass incidents (群障, M-05, T-07): one fault, many customers, one answer."""
