"""What was measured, and what it teaches the physics."""
