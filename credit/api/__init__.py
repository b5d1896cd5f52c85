"""The REST door: what a bank's mini-program asks on behalf of a customer."""
