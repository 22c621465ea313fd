"""Facts that only a fork can know: how they are spelled, and the marker that stands for an unstated one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from headway.domain import fact
from headway.domain.fact import is_unresolved, marker, markers_in

LAWFUL = {
    "AccountId": ["111122223333"],
    "BucketName": ["acme-models", "a.b", "abc"],
    "Cidr": ["10.0.0.0/16", "52.216.0.0/15", "0.0.0.0/0", "10.1.2.3/32"],
    "Digest": ["sha256:" + "0123456789abcdef" * 4],
    "HostName": ["llm.example.org", "a.b.c-d.io"],
    "CertificateArn": [
        "arn:aws:acm:us-east-1:111122223333:certificate/12-ab",
        "arn:aws-cn:acm:cn-north-1:111122223333:certificate/1",
    ],
    "FileSystemId": ["fs-0123456789abcdef0", "fs-01234567"],
    "RoleName": ["inference-node", "node_role@x.y"],
    "ClusterName": ["inference-prod", "A_1"],
    "RepositoryUrl": ["https://git.example.org/a/b.git", "git@git.example.org:a/b.git", "ssh://git@x/y"],
    "RegistryHost": ["111122223333.dkr.ecr.us-east-1.amazonaws.com", "localhost:5000/cache/x"],
}
UNLAWFUL = {
    "AccountId": ["", "1111-2222-3333", "11112222333", "1111222233334", " 111122223333"],
    "BucketName": ["s3://acme", "acme/models", "Acme", "ab", "-acme", "a" * 64],
    "Cidr": ["10.0.0.0", "10.0.0.1/16", "10.0.0.0/33", "256.0.0.0/8", "10.0.0/8", "::/0", "10.0.0.0/255.0.0.0"],
    "Digest": ["latest", "0123456789abcdef" * 4, "sha256:abc", "sha256:" + "0123456789ABCDEF" * 4],
    "HostName": ["https://llm.example.org", "llm", "llm.example.org/", "llm_x.example.org", "LLM.example.org"],
    "CertificateArn": ["12345678-1234-1234-1234-123456789012", "arn:aws:iam::111122223333:server-certificate/x"],
    "FileSystemId": ["0123456789abcdef0", "arn:aws:elasticfilesystem:us-east-1:1:file-system/fs-01234567"],
    "RoleName": ["arn:aws:iam::111122223333:role/node", "a/b", "", "a" * 65],
    "ClusterName": ["-x", "a b", ""],
    "RepositoryUrl": ["git.example.org/a/b", "/srv/git", "http://git.example.org/a"],
    "RegistryHost": ["https://registry.example.org", "registry.example.org/", "Registry"],
}


def judged(kind: str, value: str) -> str:
    return str(TypeAdapter(getattr(fact, kind)).validate_python(value))


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in LAWFUL.items() for value in values])
def test_a_lawful_fact_is_kept_as_stated(kind: str, value: str) -> None:
    assert judged(kind, value) == value


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in UNLAWFUL.items() for value in values])
def test_an_unlawful_fact_is_refused_with_its_value(kind: str, value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        judged(kind, value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("kind", LAWFUL)
def test_the_marker_of_an_unstated_fact_is_accepted_everywhere(kind: str) -> None:
    assert judged(kind, marker("cluster.x")) == "headway-unresolved--cluster-x"


def test_every_kind_of_fact_is_tried_above() -> None:
    kinds = {name for name, kind in vars(fact).items() if fact.ForkFact() in getattr(kind, "__metadata__", ())}
    assert kinds - {"Fact"} == set(LAWFUL) == set(UNLAWFUL)


PATHS = st.lists(
    st.text("abc_123", min_size=1, max_size=6).filter(lambda step: step.strip("_")), min_size=1, max_size=3
)


@given(PATHS)
def test_a_marker_is_found_again_in_any_text(steps: list[str]) -> None:
    text = marker(".".join(steps))
    assert is_unresolved(f"s3://{text}/models")
    assert markers_in(f"s3://{text}/models {text}") == (text,)


def test_a_text_without_a_marker_has_none() -> None:
    assert markers_in("headway-unresolved-") == ()
    assert not is_unresolved("acme-models")


def test_the_range_of_an_address_is_offered() -> None:
    with pytest.raises(ValidationError, match=r"did you mean 10\.0\.0\.0/16\?"):
        judged("Cidr", "10.0.1.5/16")
