"""A case in which legal has a task."""

from __future__ import annotations

import pytest

from tests.runtime.drawings import review


@pytest.fixture
def case(company):
    """A case of `review`, at legal."""
    company.deploy(review())
    return company.start("review")


@pytest.fixture
def task(company, case):
    """Legal's task in it."""
    return company.task(case, "legal_review")
