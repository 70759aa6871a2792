"""What is known: models, machines, quantizations, runtimes, and what was measured, each fact with its source."""
