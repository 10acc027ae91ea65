"""Use cases: what the bot does, without knowing Discord's objects or the database's tables."""
