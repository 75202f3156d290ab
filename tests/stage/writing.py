"""What a local language model writes of the shelf's articles, and a house that asks it."""

from tests.model_service import ModelService

QUOTE = "Parcels arrive two to four working days"
WRITTEN = "Your parcel arrives two to four working days after you ordered."
PASSAGE = "Parcels arrive **two to four working days** after you ordered."


def with_model(service: ModelService) -> dict[str, object]:
    """The settings of a house that has its answers written there."""
    return {"answers_url": service.address, "answers_model": "small", "answers_seconds": "30"}
