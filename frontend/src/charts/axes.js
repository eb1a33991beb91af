// Charts along axes: bars by name, lines over time, and the funnel, which is bars that shrink.
import { figure, rowWords } from './palette.js';

const text = (colours, size = 14) => ({ color: colours.soft, fontFamily: colours.font, fontSize: size });

function valueAxis(colours) {
  return {
    type: 'value',
    splitNumber: 4,
    axisLabel: { ...text(colours, 13), formatter: figure },
    splitLine: { lineStyle: { color: colours.line } },
    axisLine: { show: false },
    axisTick: { show: false },
  };
}

/** Horizontal bars; the accent colour marks rows below their target. */
export function bars(data, colours, { word }) {
  const rows = [...data.rows].reverse();
  const late = (row) => row.target !== undefined && row.target !== null && row.value < row.target;
  const options = {
    grid: { left: 4, right: 64, top: 4, bottom: 4, containLabel: true },
    xAxis: { ...valueAxis(colours), min: 0, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      data: rows.map((row) => row.name),
      axisLabel: { ...text(colours), color: colours.ink, width: 120, overflow: 'truncate' },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    series: [
      {
        type: 'bar',
        data: rows.map((row) => ({ ...row, itemStyle: { color: late(row) ? colours.accent : colours.brand } })),
        barMaxWidth: 22,
        itemStyle: { borderRadius: [0, 4, 4, 0] },
        cursor: rows.some((row) => row.href) ? 'pointer' : 'default',
        label: { show: true, position: 'right', ...text(colours), color: colours.ink, formatter: ({ data: row }) => figure(row.value) },
      },
    ],
  };
  const key = rows.some(late)
    ? [
        { colour: colours.brand, text: word('reached') },
        { colour: colours.accent, text: word('below') },
      ]
    : [];
  return { options, key, tell: (event) => event.data && rowWords(event.data, data.unit ?? '', word) };
}

/** Lines over time, named above the picture in their colours. */
export function lines(data, colours) {
  const colourOf = (index) => colours.series[index % colours.series.length];
  const options = {
    grid: { left: 4, right: 20, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: data.labels,
      boundaryGap: false,
      axisLabel: { ...text(colours, 13), hideOverlap: true },
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
    },
    yAxis: valueAxis(colours),
    series: data.series.map((one, index) => ({
      type: 'line',
      name: one.name,
      data: one.values.map((value, at) => ({ value, href: data.hrefs?.[at] })),
      color: colourOf(index),
      lineStyle: { width: 2.5, type: one.dashed ? 'dashed' : 'solid' },
      symbol: 'circle',
      symbolSize: 7,
      showSymbol: data.labels.length < 16,
      connectNulls: false,
    })),
  };
  const key = data.series.map((one, index) => ({ colour: colourOf(index), text: one.name, dashed: Boolean(one.dashed) }));
  const tell = ({ step }) =>
    step !== undefined && data.labels[step] !== undefined
      ? [data.labels[step], ...data.series.map((one) => `${one.name}  ${figure(one.values[step])} ${data.unit ?? ''}`)]
      : undefined;
  return { options, key: data.series.length > 1 ? key : [], tell };
}

/** From the first step to the last; each bar also says how much of the first is left. */
export function funnel(data, colours, means) {
  const first = data.rows[0]?.value || 1;
  const drawn = bars({ ...data, rows: data.rows.map((row) => ({ ...row, target: undefined })) }, colours, means);
  const [series] = drawn.options.series;
  series.barMaxWidth = 34;
  series.label.formatter = ({ data: row }) => `${figure(row.value)}  ${figure(Math.round((row.value / first) * 1000) / 10)}%`;
  drawn.options.xAxis = { type: 'value', min: 0, max: first, show: false };
  drawn.options.grid.right = 132;
  return drawn;
}
