"""The outside world, played: a synthetic county on paper, and other people's systems over HTTP."""
