"""Which model compares meaning is a setting, and one that cannot work is refused before anything starts."""

import pytest

from bot.embedding import load_embedder
from bot.settings import Settings, SettingsError
from knowledge.endpoint import Endpoint


def test_an_endpoint_needs_address_and_model():
    with pytest.raises(SettingsError, match="EMBEDDINGS_URL and EMBEDDINGS_MODEL"):
        Settings.of({"knowledge_embedder": "endpoint"})


@pytest.mark.parametrize("address", ["example.com/v1", "ftp://example.com", "https://", "https://a b"])
def test_an_address_must_be_one(address: str):
    with pytest.raises(SettingsError, match="EMBEDDINGS_URL"):
        Settings.of({"embeddings_url": address})


def test_the_endpoint_of_the_settings_is_used_and_its_key_is_secret():
    settings = Settings.of(
        {
            "knowledge_embedder": "endpoint",
            "embeddings_url": "http://127.0.0.1:9/v1",
            "embeddings_model": "small",
            "embeddings_key": "sk-not-a-real-key",
        }
    )

    embedder = load_embedder(settings)

    assert isinstance(embedder, Endpoint)
    embedder.close()
    assert "sk-not-a-real-key" in settings.secrets
    assert "sk-not-a-real-key" not in repr(settings)


def test_letters_only_need_no_model():
    assert load_embedder(Settings.of({"knowledge_vectors": "false"})) is None
