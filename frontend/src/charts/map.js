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

/** How much wider than tall the map is, and the latitude of its middle. */
function extentOf(map) {
  const corners = map.features.flatMap(({ geometry }) => geometry.coordinates.flat(2));
  const span = (axis) => corners.reduce(([low, high], corner) => [Math.min(low, corner[axis]), Math.max(high, corner[axis])], [Infinity, -Infinity]);
  const [west, east] = span(0);
  const [south, north] = span(1);
  // A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  return { shrink, aspect: ((east - west) * shrink) / (north - south) };
}

export function cityMap(data, colours, { width, height, map, word, registerMap }) {
  const points = data.points ?? [];
  const codes = new Map(map.features.map(({ properties }) => [properties.code, properties.name]));
  const rows = [...data.rows.map((row) => ({ ...row, shown: row.name, name: codes.get(String(row.code).slice(0, 6)) ?? row.name })), ...points];
  const known = rows.filter((row) => row.value !== null && row.value !== undefined);
  const { colourOf, key } = stepsOf(known.length ? known.map((row) => row.value) : [0], colours.ramp);
  const { shrink, aspect } = extentOf(map);
  const name = `city-${(maps += 1)}`;
  registerMap(name, { ...map, features: [...map.features, ...points.map((point) => disc(point, 0.035))] });
  const discs = new Set(points.map((point) => point.name));
  const label = { show: true, color: colours.ink, fontFamily: colours.font, fontSize: width < 520 ? 11 : 13, textBorderColor: colours.surface, textBorderWidth: 3 };
  const options = {
    series: [
      {
        type: 'map',
        map: name,
        aspectScale: shrink,
        layoutCenter: ['50%', '50%'],
        layoutSize: Math.min(width, height * aspect) * 0.98,
        selectedMode: false,
        cursor: rows.some((row) => row.href) ? 'pointer' : 'default',
        label,
        labelLayout: { hideOverlap: true },
        itemStyle: { areaColor: colours.sunken, borderColor: colours.surface, borderWidth: 1.5 },
        emphasis: { label, itemStyle: { areaColor: null, borderColor: colours.ink, borderWidth: 2 } },
        data: rows.map((row) => ({
          ...row,
          value: row.value ?? undefined,
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
