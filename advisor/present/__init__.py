"""How findings look: the only stage that formats numbers."""
