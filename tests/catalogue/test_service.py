"""The service description says what holds: SERVICE only where it is carried out."""

import pytest

from kgservice.catalogue.service import service
from kgservice.terms import Graphs


@pytest.mark.parametrize("federated", [False, True])
def test_federation_is_a_feature_only_where_endpoints_are_allowed(federated):
    lines = list(service(Graphs("http://kg.example/"), "http://kg.example/", federated=federated))

    assert any("sparql-service-description#BasicFederatedQuery" in line for line in lines) == federated
