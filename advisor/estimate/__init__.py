"""Where the bytes go and how long they take: pure formulas."""
