"""docker-compose.yml, .env.example and images/: they fit each other, the settings and the files that exist."""

from __future__ import annotations

import re

import pytest
import yaml
from cryptography.fernet import Fernet

from connector import __version__
from connector.settings import Settings, read_settings
from tests.compose.files import (
    DOCKERFILE,
    IMAGES,
    ROOT,
    VARIABLE,
    compose,
    compose_text,
    copied,
    example,
    interpolated,
    services,
)

PROFILES = ["single", "cluster"]
NODES = ["couchdb1", "couchdb2", "couchdb3"]
COUCHDBS = ["couchdb", *NODES]
ONE_SHOT = ["cluster-setup", "install"]
OURS = ["connector", "install", "web"]
SECRET = re.compile(r"PASSWORD|SECRET|KEY|COOKIE|UUID")
PINNED = re.compile(r"^[a-z/]+:v?\d+\.\d+\.\d+(-[a-z]+)*$")


def test_it_names_every_variable_in_the_example_and_no_other() -> None:
    used = {name for name, _ in VARIABLE.findall(compose_text())}
    assert used | {"COMPOSE_PROFILES"} == set(example())


def test_it_reads_no_variable_in_a_form_that_these_tests_miss() -> None:
    assert compose_text().count("$") == len(VARIABLE.findall(compose_text()))


def test_the_example_is_in_alphabetical_order() -> None:
    assert list(example()) == sorted(example())


def test_the_example_holds_no_secret_and_compose_insists_on_one() -> None:
    secrets = [name for name in example() if SECRET.search(name)]
    insisted = {name for name, needed in VARIABLE.findall(compose_text()) if needed}
    assert {name: example()[name] for name in secrets} == dict.fromkeys(secrets, "")
    assert set(secrets) - insisted == {
        "QUICKBOOKS_CLIENT_SECRET",  # a company can be connected later
        "ROADBOOK_SMTP_PASSWORD",  # many a mail server of an own network wants none
    }


def test_the_example_chooses_profiles_that_exist() -> None:
    known = {profile for service in services().values() for profile in service.get("profiles", [])}
    assert known == {"single", "cluster", "mail"}
    assert set(example()["COMPOSE_PROFILES"].split(",")) <= known


@pytest.mark.parametrize("name", OURS)
def test_it_hands_over_every_setting_and_nothing_else(name: str) -> None:
    assert set(services()[name]["environment"]) == {field.upper() for field in Settings.model_fields}


@pytest.mark.parametrize("name", OURS)
def test_what_it_hands_over_are_settings_that_roadbook_accepts(name: str) -> None:
    filled = {variable: value or "0a1b2c" for variable, value in example().items() if SECRET.search(variable)}
    filled = example() | filled | {"ROADBOOK_SECRET_KEYS": Fernet.generate_key().decode()}
    environment = services()[name]["environment"]
    settings = read_settings({variable: interpolated(value, filled) for variable, value in environment.items()})
    assert settings.couchdb_address == "http://couchdb:5984"
    assert (settings.roadbook_web_host, settings.roadbook_web_port) == ("0.0.0.0", 8000)
    assert settings.roadbook_session_key.get_secret_value() == "0a1b2c"


@pytest.mark.parametrize("name", services())
def test_every_image_is_pinned(name: str) -> None:
    assert PINNED.match(services()[name]["image"])


def test_the_projects_image_has_the_projects_version() -> None:
    assert {services()[name]["image"] for name in OURS} == {f"roadbook:{__version__}"}


@pytest.mark.parametrize("name", services())
def test_what_runs_on_is_watched_and_started_again(name: str) -> None:
    service = services()[name]
    if name in ONE_SHOT:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"
        assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


@pytest.mark.parametrize("name", services())
def test_nothing_has_more_rights_than_it_needs(name: str) -> None:
    assert services()[name]["cap_drop"] == ["ALL"]
    assert services()[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", services())
def test_only_the_proxy_is_published_and_the_mail_catcher_on_loopback(name: str) -> None:
    expected = {
        "proxy": ["${ROADBOOK_PUBLISHED_PORT:?see .env.example}:8080"],
        "proxy-cluster": ["${ROADBOOK_PUBLISHED_PORT:?see .env.example}:8080"],
        "mailpit": ["127.0.0.1:${MAILPIT_PUBLISHED_PORT:?see .env.example}:8025"],
    }
    assert services()[name].get("ports", []) == expected.get(name, [])
    assert "network_mode" not in services()[name]


def test_couchdb_has_no_way_out() -> None:
    networks = compose()["networks"]
    assert networks["databases"] == {"internal": True}
    for name in COUCHDBS:
        assert list(services()[name]["networks"]) == ["databases"]


def test_data_is_in_named_volumes() -> None:
    declared = set(compose()["volumes"])
    places = {"mailpit": "/data"} | dict.fromkeys(COUCHDBS, "/opt/couchdb/data")
    assert declared == set(places)
    for name, place in places.items():
        assert f"{name}:{place}" in services()[name]["volumes"]


@pytest.mark.parametrize("name", services())
def test_every_file_that_is_mounted_exists_and_is_read_only(name: str) -> None:
    mounts = [volume for volume in services()[name].get("volumes", []) if volume.startswith(".")]
    for mount in mounts:
        source, _, mode = mount.split(":")
        assert (ROOT / source).is_file(), source
        assert mode == "ro"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_complete_and_holds_nothing_of_the_other(profile: str) -> None:
    common = {"install", "connector", "web"}
    own = {"single": {"couchdb", "proxy"}, "cluster": {*NODES, "cluster-setup", "proxy-cluster"}}
    assert set(services(profile)) == common | own[profile]


def test_the_connector_waits_for_the_installation_and_that_for_couchdb() -> None:
    done = {"install": {"condition": "service_completed_successfully"}}
    assert services()["connector"]["depends_on"] == services()["web"]["depends_on"] == done
    assert services()["install"]["depends_on"] == {
        "couchdb": {"condition": "service_healthy", "required": False},
        "cluster-setup": {"condition": "service_completed_successfully", "required": False},
    }
    healthy = {"condition": "service_healthy"}
    assert services()["cluster-setup"]["depends_on"] == dict.fromkeys(NODES, healthy)


@pytest.mark.parametrize(
    ("profile", "proxy", "nodes"), [("single", "proxy", ["couchdb"]), ("cluster", "proxy-cluster", NODES)]
)
def test_the_proxy_knows_every_node_of_its_profile(profile: str, proxy: str, nodes: list[str]) -> None:
    assert f"./images/proxy/upstream/{profile}.conf:/etc/nginx/upstream.conf:ro" in services()[proxy]["volumes"]
    group = (IMAGES / "proxy" / "upstream" / f"{profile}.conf").read_text(encoding="utf-8")
    assert re.findall(r"server (couchdb\w*):5984 resolve\b", group) == nodes
    assert [name for name in services(profile) if name in COUCHDBS] == nodes
    assert re.findall(r"server web:(\d+) resolve;", group) == ["8000"]


def test_the_nodes_of_the_cluster_find_each_other() -> None:
    nodes = [services()[name] for name in NODES]
    names = [node["environment"]["NODENAME"] for node in nodes]
    for node, name in zip(nodes, names, strict=True):
        assert "." in name  # Erlang takes only such names for long ones
        assert node["networks"]["databases"]["aliases"] == ["couchdb", name]
        assert {mount.split(":")[0] for mount in node["volumes"]} >= {"./images/couchdb/cluster.ini"}
    assert services()["cluster-setup"]["environment"]["COUCHDB_NODES"].split() == names
    shared = ["COUCHDB_ERLANG_COOKIE", "COUCHDB_PASSWORD", "COUCHDB_SECRET", "COUCHDB_USER", "COUCHDB_UUID"]
    for variable in shared:
        assert len({services()[name]["environment"][variable] for name in COUCHDBS}) == 1


def test_the_image_is_built_from_files_that_exist() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied() and {source.split("/")[0] for source in copied()} == allowed
    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert services()["web"]["build"] == {"context": ".", "dockerfile": str(DOCKERFILE.relative_to(ROOT))}


def test_the_images_bases_are_pinned_and_it_does_not_run_as_root() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert [PINNED.match(image) is not None for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE)] == [True, True]
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in text


@pytest.mark.parametrize("proxy", ["proxy", "proxy-cluster"])
def test_the_tls_lines_open_the_port_and_bring_the_certificates(proxy: str) -> None:
    service = yaml.safe_load(compose_text().replace("#TLS ", ""))["services"][proxy]
    assert "443:8443" in service["ports"]
    assert "./certificates:/etc/nginx/certificates:ro" in service["volumes"]
