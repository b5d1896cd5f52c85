"""The limit engine as it was before its formulas became data: the standard policy's oracle."""
