"""Where a file may be fetched and a token may go."""

import pytest

from adapters.addresses import leads_to, whole

API = "http://localhost:9001/beneath/api/"


@pytest.mark.parametrize(
    ("url", "server", "does"),
    [
        pytest.param("http://localhost:9001/files/1", API, True, id="the same"),
        pytest.param("http://127.0.0.1:9001/files/1", API, True, id="this machine by its number"),
        pytest.param("http://[::1]:9001/files/1", API, True, id="and by its other number"),
        pytest.param("http://127.0.0.1:9002/files/1", API, False, id="another server on this machine"),
        pytest.param("https://127.0.0.1:9001/files/1", API, False, id="in another way"),
        pytest.param("http://localhost.example.com:9001/x", API, False, id="a name that begins like it"),
        pytest.param("http://localhost@example.com:9001/x", API, False, id="a name before the name"),
        pytest.param("http://10.0.0.1:9001/x", API, False, id="another machine"),
        pytest.param("http://127.0.0.1:9001/x", "http://10.0.0.1:9001/", False, id="this one for another"),
        pytest.param("/files/1", API, False, id="no address"),
        pytest.param("http://[::1:9001/x", API, False, id="a broken one"),
        pytest.param("http://localhost:port/x", API, False, id="a broken port"),
        pytest.param("", "", False, id="nothing"),
    ],
)
def test_one_server_goes_by_several_names(url: str, server: str, does: bool) -> None:
    assert leads_to(url, server) is does


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("/files/1", "http://localhost:9001/files/1"),
        ("files/1", "http://localhost:9001/beneath/api/files/1"),
        ("http://elsewhere/x", "http://elsewhere/x"),
        ("//elsewhere/x", "http://elsewhere/x"),
        ("", ""),
    ],
)
def test_an_address_that_leaves_out_its_server_lies_there(url: str, known: str) -> None:
    assert whole(url, API) == known
