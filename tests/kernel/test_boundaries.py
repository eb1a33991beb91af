"""frontend/boundaries.py makes a city's map out of county boundaries."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import Point, shape

SCRIPT = Path(__file__).parents[2] / "frontend" / "boundaries.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *options], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def chengdu(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The features of the reference city's map."""
    out = tmp_path_factory.mktemp("map") / "folder" / "city.json"
    done = run("--prefix", "5101", "--out", str(out))
    assert done.returncode == 0, done.stderr
    features: list[dict[str, Any]] = json.loads(out.read_text("utf-8"))["features"]
    return features


def test_the_reference_city_has_its_twenty_counties(chengdu: list[dict[str, Any]]) -> None:
    codes = [feature["properties"]["code"] for feature in chengdu]
    assert len(codes) == 20
    assert codes == sorted(codes)
    assert (codes[0], codes[-1]) == ("510104", "510185")
    assert chengdu[0]["properties"]["name"] == "锦江区"


def test_shapes_are_sound_and_labels_stand_inside_them(chengdu: list[dict[str, Any]]) -> None:
    for feature in chengdu:
        outline = shape(feature["geometry"])
        assert outline.is_valid
        assert outline.contains(Point(feature["properties"]["cp"]))


def test_neighbours_neither_overlap_nor_leave_gaps(chengdu: list[dict[str, Any]]) -> None:
    outlines = [shape(feature["geometry"]) for feature in chengdu]
    whole = shapely.unary_union(outlines)
    assert whole.area == pytest.approx(sum(outline.area for outline in outlines), rel=1e-6)
    assert len(getattr(whole, "geoms", [whole])) == 1


def test_a_source_of_ones_own(tmp_path: Path) -> None:
    square = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}
    source = tmp_path / "own.json"
    features = [{"type": "Feature", "properties": {"gb": "156990001", "name": "甲"}, "geometry": square}]
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    out = tmp_path / "out.json"
    assert run("--prefix", "9900", "--source", str(source), "--out", str(out)).returncode == 0
    (only,) = json.loads(out.read_text("utf-8"))["features"]
    assert only["properties"]["code"] == "990001"
    assert shape(only["geometry"]).area == pytest.approx(1)


def test_an_unknown_prefix_says_so_and_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = run("--prefix", "0000", "--out", str(out))
    assert done.returncode == 1
    assert "0000" in done.stderr
    assert not out.exists()
