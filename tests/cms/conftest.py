import pytest

from cms.actions import set_up_site


@pytest.fixture
def website(db):
    """The Vietnamese home page of a website without content."""
    return set_up_site()
