import pytest
from pydantic import ValidationError

from headway.kinds import AmiSelectorTerm, SecurityGroupSelectorTerm, SubnetSelectorTerm
from unit.kinds.examples import an_ec2_node_class

PINNED = AmiSelectorTerm(alias="bottlerocket@v1.68.0")


@pytest.mark.parametrize("alias", ["bottlerocket@latest", "al2023@latest", "bottlerocket", "ubuntu@v1", "al2023@"])
def test_an_image_alias_must_be_pinned(alias) -> None:
    with pytest.raises(ValidationError, match="pin a family and a version"):
        AmiSelectorTerm(alias=alias)


@pytest.mark.parametrize("alias", ["bottlerocket@v1.68.0", "al2023@v20260801"])
def test_a_pinned_alias_is_taken(alias) -> None:
    assert AmiSelectorTerm(alias=alias).alias == alias


@pytest.mark.parametrize("beside", [{"owner": "amazon"}, {"id": "ami-0a1b"}, {"tags": {"os": "bottlerocket"}}])
def test_an_alias_excludes_every_other_way_to_name_an_image(beside) -> None:
    with pytest.raises(ValidationError, match="excludes the others"):
        AmiSelectorTerm(alias="bottlerocket@v1.68.0", **beside)


def test_an_alias_excludes_other_terms() -> None:
    with pytest.raises(ValidationError, match="must be the only one"):
        an_ec2_node_class(ami_selector_terms=[PINNED, AmiSelectorTerm(id="ami-0a1b")])


def test_an_owner_alone_selects_no_image() -> None:
    with pytest.raises(ValidationError, match="selects nothing"):
        AmiSelectorTerm(owner="amazon")


def test_an_image_by_id_needs_its_family() -> None:
    with pytest.raises(ValidationError, match="no AMI alias and no amiFamily"):
        an_ec2_node_class(ami_family=None, ami_selector_terms=[AmiSelectorTerm(id="ami-0a1b")])


def test_a_family_that_contradicts_the_alias_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"amiFamily is AL2023 and the alias is bottlerocket@v1\.68\.0"):
        an_ec2_node_class(ami_family="AL2023")


def test_two_root_volumes_are_refused() -> None:
    (mapping,) = an_ec2_node_class().spec.block_device_mappings
    root = mapping.model_copy(update={"root_volume": True})
    with pytest.raises(ValidationError, match="only one can be"):
        an_ec2_node_class(block_device_mappings=[root, root])


@pytest.mark.parametrize("term", [SubnetSelectorTerm, SecurityGroupSelectorTerm])
def test_a_selector_term_names_its_objects_in_one_way(term) -> None:
    with pytest.raises(ValidationError, match="has nothing"):
        term()


def test_upstream_spelling_of_abbreviations_is_kept() -> None:
    spec = an_ec2_node_class().manifest()["spec"]
    assert {"kmsKeyID", "snapshotID"} <= spec["blockDeviceMappings"][0]["ebs"].keys()
    assert "httpProtocolIPv6" in spec["metadataOptions"]
