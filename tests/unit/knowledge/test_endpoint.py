"""Vectors from a service: patient with articles, quick with questions, and never trusting what comes back."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from knowledge.article import Article
from knowledge.endpoint import Endpoint
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from knowledge.vectors import EmbeddingError

SECRET = "sk-test-not-a-real-key"


def vector(text: str) -> list[float]:
    """Counts letters: enough to tell texts apart."""
    return [float(text.lower().count(letter)) + 0.1 for letter in "aeiorstn"]


class Service:
    """A small server that answers as it is told, then properly."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.odd: list[Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.asked.append(body)
                service.keys.append(self.headers["Authorization"])
                assert self.path == "/v1/embeddings"
                (service.odd.pop(0) if service.odd else properly)(self, body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def says(handler: BaseHTTPRequestHandler, content: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


def properly(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    rows = [{"index": n, "embedding": vector(text)} for n, text in enumerate(body["input"])]
    # The order is not promised by the interface, only the index.
    says(handler, json.dumps({"data": rows[::-1]}).encode())


def status(code: int, **headers: str) -> Callable[..., None]:
    return lambda handler, _: says(handler, b'{"error": "no"}', code, **headers)


def raw(content: bytes) -> Callable[..., None]:
    return lambda handler, _: says(handler, content)


def hangs_up(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
    handler.close_connection = True
    handler.connection.close()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def endpoint(service: Service, pauses: list[float]) -> Iterator[Endpoint]:
    endpoint = Endpoint(service.address, "small", SECRET, sleep=pauses.append)
    yield endpoint
    endpoint.close()


def test_texts_go_in_batches_with_the_key_and_come_back_in_order(service: Service, endpoint: Endpoint):
    texts = [f"text {'a' * (n % 7)} {n}" for n in range(130)]

    rows = endpoint.passages(texts)

    assert [len(one["input"]) for one in service.asked] == [64, 64, 2]
    assert {one["model"] for one in service.asked} == {"small"}
    assert set(service.keys) == {f"Bearer {SECRET}"}
    assert rows.shape == (130, 8)
    assert all(float(row @ row) == pytest.approx(1, abs=1e-5) for row in rows)
    assert rows[5].argmax() == 0


@pytest.mark.parametrize(
    "odd", [status(429, Retry_After="7"), status(503), hangs_up], ids=["429", "503", "cut"]
)
def test_articles_are_asked_for_again_when_it_may_help(service: Service, endpoint: Endpoint, pauses, odd):
    service.odd = [odd]

    assert len(endpoint.passages(["one", "two"])) == 2
    assert len(service.asked) == 2
    assert len(pauses) == 1


def test_the_service_says_how_long_to_wait_within_reason(service: Service, endpoint: Endpoint, pauses):
    service.odd = [
        status(429, Retry_After="7"),
        status(429, Retry_After="86400"),
        status(429, Retry_After="soon"),
    ]

    endpoint.passages(["one"] * 2)

    assert pauses == [7, 30, 8]


def test_a_question_is_asked_once_and_remembered(service: Service, endpoint: Endpoint, pauses):
    endpoint.queries(["where is it"])
    endpoint.queries(["where is it"])
    assert len(service.asked) == 1

    service.odd = [status(503)]
    with pytest.raises(EmbeddingError):
        endpoint.queries(["something else"])
    assert pauses == []


@pytest.mark.parametrize(
    "odd",
    [
        status(401), status(400), status(302, Location="http://127.0.0.1:9/"), raw(b"<html>"), raw(b"[]"), raw(b"{}"),
        raw(b'{"data": []}'), raw(b'{"data": [{"index": 5, "embedding": [1]}]}'),
        raw(b'{"data": [{"index": 0, "embedding": "x"}]}'), raw(b'{"data": [{"index": 0, "embedding": []}]}'),
        raw(b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}'), raw(b'{"data": [{"index": 0, "embedding": [1e999]}]}'),
        raw(b'{"data": [{"index": 0, "embedding": [[1]]}]}'), raw(b'{"data": [3]}'), raw(b"[" * 100_000),
    ],
)  # fmt: skip
def test_what_is_no_vector_is_refused_at_once(service: Service, endpoint: Endpoint, pauses, odd):
    service.odd = [odd]

    with pytest.raises(EmbeddingError) as refused:
        endpoint.passages(["one"])

    assert pauses == []
    assert SECRET not in str(refused.value)


def test_vectors_that_change_their_length_are_refused(service: Service, endpoint: Endpoint):
    endpoint.passages(["one"])
    service.odd = [raw(b'{"data": [{"index": 0, "embedding": [1, 2]}]}')]

    with pytest.raises(EmbeddingError, match="length"):
        endpoint.passages(["two"])


def test_an_index_works_with_it_and_by_letters_when_it_fails(service: Service, endpoint: Endpoint):
    articles = [
        Article("returns", "en", "Returning an item", "Send it back within 30 days."),
        Article("delivery", "en", "Delivery", "The parcel takes two days."),
    ]
    index = Index.build(articles, embedder=endpoint, cache=VectorCache())
    assert index.has_vectors
    assert index.search_all("returning an item")[0].article.key == "returns"

    service.odd = [status(500)]
    assert index.search_all("how are items returned")[0].article.key == "returns"


def test_odd_texts_reach_the_service_as_texts(service: Service, endpoint: Endpoint):
    endpoint.passages(["", "\0", "\ud83d"])

    assert service.asked[0]["input"] == ["-", "-", "?"]
