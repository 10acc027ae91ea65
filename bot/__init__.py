"""NotAlone: notices sextortion, helps the person it is aimed at, and alerts moderators."""

__version__ = "0.1.0"
"""Also the package's: where only the requirements are installed, nothing else would know it."""
