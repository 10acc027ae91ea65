"""The demo: the real bot against the sandbox, so that anyone can see what it does."""

from bot.demo.play import run

__all__ = ["run"]
