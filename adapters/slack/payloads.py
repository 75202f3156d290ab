"""The shape of what Slack sends and takes, as far as the type checker can know it."""

from typing import Any

Json = dict[str, Any]
