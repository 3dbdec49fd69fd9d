from __future__ import annotations

import pytest

from tests.runtime import drawings


@pytest.fixture
def review(deploy):
    """Deploys the small process `review`: legal answers a form, then finance confirms."""
    return deploy(drawings.review())


@pytest.fixture
def started(review, client_for):
    """The id of an instance of `review` that 林悦 started."""
    return client_for("linyue").post("/process-definitions/review/start").json["id"]


@pytest.fixture
def legal_task(started, client_for):
    """The open task of legal in that instance."""
    return client_for("zhouheng").get("/tasks", mine=True).json["items"][0]
