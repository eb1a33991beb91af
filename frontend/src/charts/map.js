// The city's counties in five even shades of one hue. Rows find their county by division code; places without a
// boundary of their own (functional areas) are drawn as discs where they lie.
import { linked, shape, widthOf } from './svg.js';
import { figure, rowWords } from './words.js';

const shades = 5;

/** Five steps between the lowest and the highest value: which one a value falls into. */
function stepsOf(values) {
  const low = Math.min(...values);
  const width = (Math.max(...values) - low) / shades || 1;
  const places = width * shades >= 50 ? 0 : width * shades >= 5 ? 1 : 2;
  const bound = (index) => figure(Number((low + index * width).toFixed(places)));
  const key = Array.from({ length: shades }, (_, index) => ({ class: `shade-${index}`, text: `${bound(index)} – ${bound(index + 1)}` }));
  return { stepOf: (value) => Math.min(Math.floor((value - low) / width), shades - 1), key };
}

const ringsOf = ({ type, coordinates }) => (type === 'MultiPolygon' ? coordinates.flat() : coordinates);

/** From longitude and latitude to pixels: the whole map in the middle of the picture. */
function projection(map, width, height) {
  const corners = map.features.flatMap(({ geometry }) => ringsOf(geometry).flat());
  const span = (axis) => corners.reduce(([low, high], corner) => [Math.min(low, corner[axis]), Math.max(high, corner[axis])], [Infinity, -Infinity]);
  const [west, east] = span(0);
  const [south, north] = span(1);
  // A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(width / ((east - west) * shrink), height / (north - south)) * 0.98;
  const aside = (width - (east - west) * shrink * scale) / 2;
  const above = (height - (north - south) * scale) / 2;
  return { scale, at: ([lon, lat]) => [aside + (lon - west) * shrink * scale, above + (north - lat) * scale] };
}

const rounded = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** Names, but for those that would be written over one already there; places without a shape to know them by go first. */
function labels(places, size) {
  const taken = [];
  return [...places].reverse().flatMap(({ name, at: [x, y] }) => {
    const half = widthOf(name, size) / 2;
    if (taken.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < size * 1.15)) return [];
    taken.push({ x, y, half });
    return shape('text', { class: 'chart-place', x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': 'middle', 'font-size': size }, name);
  });
}

export function cityMap(data, { width, height, map, word, tells }) {
  const points = data.points ?? [];
  const rows = new Map(data.rows.map((row) => [String(row.code).slice(0, 6), row]));
  const known = [...data.rows, ...points].filter((row) => row.value !== null && row.value !== undefined);
  const { stepOf, key } = stepsOf(known.length ? known.map((row) => row.value) : [0]);
  const { scale, at } = projection(map, width, height);
  const drawn = (row, outline) => {
    outline.setAttribute('class', `chart-area ${known.includes(row) ? `shade-${stepOf(row.value)}` : 'shade-none'}`);
    const place = linked(row?.href, { class: 'chart-row' }, outline);
    if (row) tells.set(place, rowWords(row, data.unit ?? '', word));
    return place;
  };
  const areas = map.features.map(({ properties, geometry }) => {
    const outline = ringsOf(geometry).map((ring) => `M${ring.map((corner) => rounded(at(corner))).join('L')}Z`);
    return drawn(rows.get(properties.code), shape('path', { d: outline.join('') }));
  });
  const discs = points.map((point) => {
    const [cx, cy] = at([point.lon, point.lat]);
    return drawn(point, shape('circle', { cx, cy, r: Math.max(5, 0.035 * scale) }));
  });
  const places = [
    ...map.features.map(({ properties }) => ({ name: properties.name, at: at(properties.cp) })),
    ...points.map((point) => ({ name: point.name, at: at([point.lon, point.lat]) })),
  ];
  return { parts: [...areas, ...discs, ...labels(places, width < 520 ? 11 : 13)], height, key: known.length > 1 ? key : [] };
}
