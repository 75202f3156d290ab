"""The model that compares meaning, as the settings name it."""

from bot.settings import Settings
from knowledge.embedder import default_embedder, english_embedder
from knowledge.endpoint import Endpoint
from knowledge.vectors import Embedder


def load_embedder(settings: Settings) -> Embedder | None:
    """Load what the settings ask for; None where letters alone are compared, wanted or for lack of a model."""
    if not settings.knowledge_vectors:
        return None
    match settings.knowledge_embedder:
        case "endpoint":
            key = settings.embeddings_key.reveal()
            return Endpoint(settings.embeddings_url, settings.embeddings_model, key)
        case "english":
            return english_embedder()
        case _:
            return default_embedder()
