// The city's counties in five even shades of one hue. Rows find their county by division code; places without a
// boundary of their own (functional areas) are drawn as discs where they lie.
import { figure, rowWords } from './palette.js';

const discCorners = 32;
let maps = 0;

/** A disc as a feature of the map, `radius` in degrees of latitude. */
function disc({ name, lon, lat }, radius) {
  const shrink = Math.cos((lat * Math.PI) / 180);
  const ring = Array.from({ length: discCorners + 1 }, (_, corner) => {
    const angle = (corner % discCorners) * ((2 * Math.PI) / discCorners);
    return [lon + (Math.cos(angle) * radius) / shrink, lat + Math.sin(angle) * radius];
  });
  return { type: 'Feature', properties: { name, cp: [lon, lat] }, geometry: { type: 'Polygon', coordinates: [ring] } };
}

/** Five steps between the lowest and the highest value: which one a value falls into. */
function stepsOf(values, ramp) {
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / ramp.length || 1;
  const span = width * ramp.length;
  const places = span >= 50 ? 0 : span >= 5 ? 1 : 2;
  const bound = (index) => figure(Number((low + index * width).toFixed(places)));
  const step = (value) => Math.min(Math.floor((value - low) / width), ramp.length - 1);
  const key = ramp.map((colour, index) => ({ colour, text: `${bound(index)} – ${bound(index + 1)}` }));
  return { colourOf: (value) => ramp[step(value)], key };
}

/** How much a degree of longitude is shrunk, how much wider than tall the map is, and its longer side in degrees. */
function extentOf(map) {
  const corners = map.features.flatMap(({ geometry }) => geometry.coordinates.flat(2));
  const span = (axis) => corners.reduce(([low, high], corner) => [Math.min(low, corner[axis]), Math.max(high, corner[axis])], [Infinity, -Infinity]);
  const [west, east] = span(0);
  const [south, north] = span(1);
  // A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  return { shrink, aspect: ((east - west) * shrink) / (north - south), degrees: Math.max((east - west) * shrink, north - south) };
}

/** The names that would be written over one already there; functional areas, which have no shape to know them by, first. */
function crowded(features, pixels, shrink, fontSize) {
  const taken = [];
  const hidden = new Set();
  for (const { properties } of [...features].reverse()) {
    const [x, y] = [properties.cp[0] * shrink * pixels, properties.cp[1] * pixels];
    const half = (properties.name.length * fontSize) / 2;
    const meets = taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < fontSize * 1.15);
    if (meets) hidden.add(properties.name);
    else taken.push({ x, y, half });
  }
  return hidden;
}

export function cityMap(data, colours, { width, height, map, word, registerMap }) {
  const points = data.points ?? [];
  const codes = new Map(map.features.map(({ properties }) => [properties.code, properties.name]));
  const rows = [...data.rows.map((row) => ({ ...row, shown: row.name, name: codes.get(String(row.code).slice(0, 6)) ?? row.name })), ...points];
  const known = rows.filter((row) => row.value !== null && row.value !== undefined);
  const { colourOf, key } = stepsOf(known.length ? known.map((row) => row.value) : [0], colours.ramp);
  const { shrink, aspect, degrees } = extentOf(map);
  const name = `city-${(maps += 1)}`;
  const shapes = { ...map, features: [...map.features, ...points.map((point) => disc(point, 0.035))] };
  registerMap(name, shapes);
  const size = Math.min(width, height * aspect) * 0.98;
  const discs = new Set(points.map((point) => point.name));
  const fontSize = width < 520 ? 11 : 13;
  const hidden = crowded(shapes.features, size / degrees, shrink, fontSize);
  const label = { show: true, color: colours.ink, fontFamily: colours.font, fontSize, textBorderColor: colours.surface, textBorderWidth: 3 };
  const options = {
    series: [
      {
        type: 'map',
        map: name,
        aspectScale: shrink,
        layoutCenter: ['50%', '50%'],
        layoutSize: size,
        selectedMode: false,
        cursor: rows.some((row) => row.href) ? 'pointer' : 'default',
        label,
        itemStyle: { areaColor: colours.sunken, borderColor: colours.surface, borderWidth: 1.5 },
        emphasis: { label, itemStyle: { areaColor: null, borderColor: colours.ink, borderWidth: 2 } },
        data: rows.map((row) => ({
          ...row,
          value: row.value ?? undefined,
          label: hidden.has(row.name) ? { show: false } : undefined,
          itemStyle: {
            areaColor: known.includes(row) ? colourOf(row.value) : colours.sunken,
            ...(discs.has(row.name) ? { borderColor: colours.ink } : {}),
          },
        })),
      },
    ],
  };
  const unit = data.unit ?? '';
  const tell = ({ data: row }) => row && rowWords({ ...row, name: row.shown ?? row.name }, unit, word);
  return { options, key: known.length > 1 ? key : [], tell };
}
