from collections.abc import Iterator

import pytest
from benchmarks import sample
from benchmarks.peers.client import Peers, PeersMissingError


@pytest.fixture(scope="session")
def peers() -> Iterator[Peers]:
    try:
        driver = Peers()
    except PeersMissingError as missing:
        pytest.skip(str(missing))
    with driver:
        yield driver


@pytest.fixture(scope="session")
def es256_country() -> sample.Country:
    return sample.es256_country()


@pytest.fixture(scope="session")
def ps256_country() -> sample.Country:
    return sample.ps256_country()


@pytest.fixture(params=["ES256", "PS256"])
def country(
    request: pytest.FixtureRequest, es256_country: sample.Country, ps256_country: sample.Country
) -> sample.Country:
    return {"ES256": es256_country, "PS256": ps256_country}[request.param]
