"""The limit engine as it was before its formulas became data: the oracle for the standard policy."""
