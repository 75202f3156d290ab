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


@pytest.mark.parametrize("name", ["embeddings_key", "answers_key"])
@pytest.mark.parametrize("value", ["sk-čudno", "sk-“quoted”", "sk one", "sk\none", "sk\x00one", "ключ"])
def test_what_no_header_can_hold_is_no_key_and_is_not_repeated(name: str, value: str):
    with pytest.raises(SettingsError, match=f"{name.upper()}: this cannot be a key") as refused:
        Settings.of({name: value})
    assert value not in str(refused.value)


def test_a_key_is_taken_without_what_copying_left_around_it():
    assert Settings.of({"answers_key": " sk-Ab_1.~/+=\n"}).answers_key.reveal() == "sk-Ab_1.~/+="


def test_letters_only_need_no_model():
    assert load_embedder(Settings.of({"knowledge_vectors": "false"})) is None
