"""What the bank starts with: the published case's 38 rules, as data."""
