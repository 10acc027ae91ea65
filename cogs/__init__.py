"""The bot's cogs: each translates a Discord event, calls one service, and replies."""
