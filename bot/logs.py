"""How the log looks: event names with fields. Tracebacks show code, never values: those may be people's words."""

import logging
import sys

import structlog


def set_up(log_format: str) -> None:
    """Send everything to standard error, as 'text' for people or 'json' for machines."""
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if log_format == "json"
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # The SDKs log whole payloads at their lowest levels.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    for handler in logging.getLogger().handlers:
        # What an SDK warns of, the supervisors see themselves: a lost connection, a slow answer.
        handler.setLevel(logging.ERROR)
