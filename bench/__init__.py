"""Measures what the bot costs, how soon it helps, and how much memory it takes."""
