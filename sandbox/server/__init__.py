"""Other people's systems, played over HTTP: government offices, bureaus, core bank, messages."""
