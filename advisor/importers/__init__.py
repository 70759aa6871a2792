"""Outside formats turned into catalog rows: the only code that meets the network."""
