// Charts along axes: bars by name, lines over time, and the funnel, which is bars that shrink.
import { figure, rowWords, tooltip } from './palette.js';

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

/** Horizontal bars; a short stroke marks a row's target. The accent colour marks rows below it. */
export function bars(data, colours, { word }) {
  const rows = [...data.rows].reverse();
  const targets = rows.map((row, index) => [row.target ?? null, index]);
  return {
    grid: { left: 4, right: 56, top: 4, bottom: 4, containLabel: true },
    tooltip: tooltip(colours, ({ data: row }) => rowWords(row, data.unit ?? '', word)),
    xAxis: { ...valueAxis(colours), min: 0 },
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
        data: rows.map((row) => ({ ...row, itemStyle: { color: row.target && row.value < row.target ? colours.accent : colours.brand } })),
        barMaxWidth: 20,
        itemStyle: { borderRadius: [0, 4, 4, 0] },
        cursor: rows.some((row) => row.href) ? 'pointer' : 'default',
        label: { show: true, position: 'right', ...text(colours), color: colours.ink, formatter: ({ data: row }) => figure(row.value) },
      },
      {
        type: 'scatter',
        data: targets.filter(([target]) => target !== null),
        symbol: 'rect',
        symbolSize: [3, 26],
        itemStyle: { color: colours.ink },
        silent: true,
        tooltip: { show: false },
      },
    ],
  };
}

/** Lines over time; the last value of each stands beside it, so that no legend has to be read. */
export function lines(data, colours, { width }) {
  const narrow = width < 520;
  return {
    grid: { left: 4, right: narrow ? 16 : 96, top: narrow ? 40 : 16, bottom: 4, containLabel: true },
    legend: { show: narrow && data.series.length > 1, left: 0, top: 0, icon: 'roundRect', itemHeight: 3, textStyle: text(colours) },
    tooltip: tooltip(
      colours,
      (points) => [points[0].name, ...points.map((point) => `${point.seriesName}  ${figure(point.value)} ${data.unit ?? ''}`)].join('\n'),
      'axis',
    ),
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
      color: colours.series[index % colours.series.length],
      lineStyle: { width: 2.5, type: one.dashed ? 'dashed' : 'solid' },
      symbol: 'circle',
      symbolSize: 7,
      showSymbol: data.labels.length < 16,
      connectNulls: false,
      endLabel: { show: !narrow, formatter: one.name, ...text(colours), color: colours.series[index % colours.series.length], distance: 8 },
      labelLayout: { moveOverlap: 'shiftY' },
    })),
  };
}

/** From the first step to the last; each bar also says how much of the first is left. */
export function funnel(data, colours, { word }) {
  const first = data.rows[0]?.value || 1;
  const options = bars({ ...data, rows: data.rows.map((row) => ({ ...row, target: undefined })) }, colours, { word });
  const [series] = options.series;
  series.showBackground = true;
  series.backgroundStyle = { color: colours.sunken, borderRadius: [0, 4, 4, 0] };
  series.barMaxWidth = 34;
  series.label.formatter = ({ data: row }) => `${figure(row.value)}  ${figure(Math.round((row.value / first) * 1000) / 10)}%`;
  options.xAxis = { type: 'value', min: 0, max: first, show: false };
  options.grid.right = 128;
  options.series = [series];
  return options;
}
