"""Application, AppProject, ApplicationSet."""

import pytest
from pydantic import ValidationError

from headway.kinds import Directory, Generator, GitGenerator, GitPath, ListGenerator, SyncPolicy, SyncWindow
from unit.kinds.examples import REPO, a_chart_source, an_application, an_application_set


def test_repository_addresses_keep_upstream_spelling() -> None:
    assert an_application().manifest()["spec"]["source"]["repoURL"] == REPO


def test_an_application_has_source_or_sources() -> None:
    with pytest.raises(ValidationError, match="exactly one of source and sources"):
        an_application(sources=[a_chart_source()])
    with pytest.raises(ValidationError, match="exactly one of source and sources"):
        an_application(source=None)


@pytest.mark.parametrize("both", [{"path": "charts/keda"}, {"chart": None}])
def test_a_source_is_a_path_or_a_chart(both) -> None:
    with pytest.raises(ValidationError, match="path for Git, chart for Helm"):
        a_chart_source(**both)


def test_a_chart_takes_no_directory_options() -> None:
    with pytest.raises(ValidationError, match="directory is for plain manifests"):
        a_chart_source(directory=Directory(recurse=True))


def test_helm_values_stay_plain_json() -> None:
    values = {"resources": {"limits": {"cpu": None}}, "list": [1, {"x": True}]}
    source = a_chart_source(helm={"values_object": values})
    written = an_application(source=source).manifest()["spec"]["source"]["helm"]
    assert written == {"valuesObject": values}


@pytest.mark.parametrize("option", ["ServerSideApply", "ServerSideApply=true "])
def test_a_sync_option_has_a_key_and_a_value(option) -> None:
    with pytest.raises(ValidationError):
        SyncPolicy(sync_options=[option])


def test_a_sync_window_that_holds_for_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="it would do nothing"):
        SyncWindow(kind="deny", schedule="0 8 * * 1-5", duration="10h")


def test_an_application_set_fails_on_a_missing_parameter() -> None:
    spec = an_application_set().manifest()["spec"]
    assert spec["goTemplate"] is True
    assert spec["goTemplateOptions"] == ["missingkey=error"]


def test_a_generator_is_a_list_or_git() -> None:
    git = GitGenerator(repo_url=REPO, revision="main", files=[GitPath(path="apps/*.yaml")])
    with pytest.raises(ValidationError, match="exactly one of them"):
        Generator(git=git, list=ListGenerator(elements=[{"name": "x"}]))
    with pytest.raises(ValidationError, match="exactly one of them"):
        Generator()


def test_a_git_generator_reads_directories_or_files() -> None:
    with pytest.raises(ValidationError, match="directories or files"):
        GitGenerator(repo_url=REPO, revision="main")
