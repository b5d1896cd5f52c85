"""A county lives for some months: neighbours judge, managers visit, customers borrow and repay.

Everything goes through the doors and services that people use; what people would do by hand is
decided here by the county's hidden truth and a seeded chance.
"""
