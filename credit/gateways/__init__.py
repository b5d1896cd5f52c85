"""Systems outside that the credit room talks to. Never called inside a transaction."""
