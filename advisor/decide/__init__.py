"""What to do: which cases a question covers, and in which order their findings stand."""
