"""How the log is written: identifiers, rule names and outcomes, never anybody's words."""

from __future__ import annotations

import logging
import sys

import structlog

from bot.config import LogSettings

_QUIET = {
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
    "discord": logging.WARNING,
    "discord.client": logging.ERROR,
}
"""Libraries that are chatty, or write payloads at their most talkative, and their least level.

discord.py's client warns at every start that voice is not installed; this bot does not speak.
"""


def configure_logs(settings: LogSettings) -> None:
    """Write the bot's and the libraries' records to standard error, in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last_steps(settings),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.level.upper(), force=True)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def _last_steps(settings: LogSettings) -> list[structlog.types.Processor]:
    """How a record becomes a line. Tracebacks come without the values of variables: words."""
    if settings.format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
