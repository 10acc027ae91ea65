"""NotAlone: notices sextortion, helps the person it is aimed at, and alerts moderators."""
