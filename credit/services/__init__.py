"""What the credit room does: products, lines, applications, approvals, contracts, money."""
