"""A synthetic county on paper: people, land, kin, money, and the truth the bank has to find out."""
