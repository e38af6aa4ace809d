"""The papers say what the code does: links lead somewhere, addresses exist, tables of limits, codes and variables are whole."""

import re
from pathlib import Path

import pytest
from django.urls import resolve

from config.settings.base import LIMITS
from core.errors import catalogue
from core.realtime.codes import CloseCode

ROOT = Path(__file__).resolve().parents[1]
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
API = (ROOT / "docs" / "API.md").read_text()


def slug(heading: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", paper.read_text()):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        there = (paper.parent / name).resolve() if name else paper
        assert there.exists(), target
        if anchor:
            assert anchor in {slug(heading) for heading in re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)}, target


def test_every_address_of_the_api_guide_exists() -> None:
    named = set(re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) (?:/api/v1/)?([a-z][\w/{}-]*)", API))
    assert len(named) > 15
    for path in named:
        assert resolve("/api/v1/" + path.replace("{id}", "01a1fd95-0000-7000-8000-000000000000")).url_name, path


def test_the_api_guide_has_every_limit_as_it_is() -> None:
    assert dict(re.findall(r"^\| `(\w+)`[^|]*\| (\d+/[\w ]+) \|", API, re.MULTILINE)) == LIMITS


def test_the_api_guide_has_every_close_code() -> None:
    table = API.partition("### Close codes")[2].partition("###")[0]
    named = {int(code) for code in re.findall(r"^\| (\d{4}) \|", table, re.MULTILINE)}
    assert named - {1009} == set(map(int, CloseCode)), "1009 is the server's own, below the gateway"


def test_error_codes_the_api_guide_explains_are_in_the_catalogue() -> None:
    explained = set(re.findall(r"(?:\| |error` )?\b4\d\d `([a-z_]+)`", API))
    assert len(explained) >= 6
    assert explained <= catalogue().keys()


def test_the_readme_names_every_variable_that_compose_wants() -> None:
    wanted = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    assert wanted
    assert wanted <= set(re.findall(r"\b[A-Z][A-Z_]+\b", (ROOT / "README.md").read_text()))
