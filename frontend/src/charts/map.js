// The city's counties in five even shades of one hue. Rows find their county by division code; places without a
// boundary of their own (functional areas) are points.
import { figure, rowWords, tooltip } from './palette.js';

export function cityMap(data, colours, { width, map, word }) {
  const names = new Map(map.geo.features.map(({ properties }) => [properties.code, properties.name]));
  const rows = data.rows.map((row) => ({ ...row, shown: row.name, name: names.get(String(row.code).slice(0, 6)) ?? row.name }));
  const values = [...rows, ...(data.points ?? [])].map((row) => row.value).filter((value) => value !== null && value !== undefined);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const narrow = width < 520;
  const label = { show: true, color: colours.ink, fontFamily: colours.font, fontSize: narrow ? 11 : 13, textBorderColor: colours.surface, textBorderWidth: 3 };
  const options = {
    tooltip: tooltip(colours, ({ data: row, name }) => rowWords(row ? { ...row, name: row.shown ?? row.name } : { name }, data.unit ?? '', word)),
    geo: {
      map: map.name,
      // Degrees of longitude are shorter than degrees of latitude: at Chengdu's 30.6° by this much.
      aspectScale: 0.86,
      top: 8,
      bottom: values.length ? 44 : 8,
      left: 8,
      right: 8,
      label,
      labelLayout: { hideOverlap: true },
      itemStyle: { areaColor: colours.sunken, borderColor: colours.surface, borderWidth: 1.5 },
      emphasis: { label, itemStyle: { areaColor: undefined, borderColor: colours.ink, borderWidth: 2 } },
      select: { disabled: true },
    },
    series: [
      { type: 'map', geoIndex: 0, data: rows, cursor: rows.some((row) => row.href) ? 'pointer' : 'default' },
      {
        type: 'scatter',
        coordinateSystem: 'geo',
        data: (data.points ?? []).map((point) => ({ ...point, value: [point.lon, point.lat, point.value], amount: point.value })),
        symbol: 'circle',
        symbolSize: 16,
        itemStyle: { borderColor: colours.ink, borderWidth: 1.5 },
        label: { ...label, position: 'right', formatter: '{b}' },
        tooltip: { formatter: ({ data: point }) => rowWords({ ...point, value: point.amount }, data.unit ?? '', word) },
        z: 5,
      },
    ],
  };
  if (values.length) {
    options.visualMap = {
      type: 'continuous',
      min: low,
      max: high === low ? low + 1 : high,
      calculable: false,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemWidth: 12,
      itemHeight: 160,
      text: [`${figure(high)} ${data.unit ?? ''}`, figure(low)],
      textStyle: { color: colours.soft, fontFamily: colours.font, fontSize: 13 },
      inRange: { color: colours.ramp },
      outOfRange: { color: colours.sunken },
      seriesIndex: [0, 1],
      dimension: undefined,
      hoverLink: false,
    };
  }
  return options;
}
