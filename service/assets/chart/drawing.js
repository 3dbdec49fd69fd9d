// Draws with ECharts, on a canvas: nothing of it is markup, so the content security policy has nothing to refuse.
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { read, shown } from './reading.js';

use([BarChart, LineChart, GridComponent, LegendComponent, MarkAreaComponent, TooltipComponent, CanvasRenderer]);

const COLOURS = ['#1f5fae', '#c77d0a', '#19703f', '#8b4fa8', '#b3261e', '#0f7f8c', '#6b7280'];
const TARGET = '#55606f';
const MANY = 12;
const NARROW = 480;
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'pin'];
const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Draw the chart of a table into a host, and again whenever there is more or less room. */
export function draw(host, table) {
  const data = read(table);
  host.classList.toggle('is-tall', host.dataset.kind === 'bar' && data.categories.length > MANY);
  const chart = init(host, null, { renderer: 'canvas' });
  const show = () => chart.setOption(options(host, data, host.clientWidth), { notMerge: true });
  show();
  new ResizeObserver(() => { chart.resize(); show(); }).observe(host);
  matchMedia('print').addEventListener('change', () => chart.resize());
}

function options(host, { categories, series }, width) {
  const language = document.documentElement.lang || 'zh-CN';
  const kind = series[0]?.kind;
  const isNarrow = width < NARROW;
  const isFlat = host.dataset.kind === 'bar' && (isNarrow || categories.length > 6);
  const axes = [names(categories, isFlat, width), values(host, (value) => shown(value, kind, language))];
  const [xAxis, yAxis] = isFlat ? axes.reverse() : axes;
  return {
    animation: !calm.matches,
    color: COLOURS,
    textStyle: { fontFamily: getComputedStyle(host).fontFamily, fontSize: 13 },
    legend: { type: 'plain', top: 0, left: 0, itemGap: 16 },
    grid: { top: isNarrow && series.length > 2 ? 70 : 44, left: 8, right: 20, bottom: 8, containLabel: true },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, valueFormatter: (value) => (value === null || value === undefined ? '—' : shown(value, kind, language)) },
    xAxis,
    yAxis,
    series: series.map((one, place) => drawn(host, one, place)),
  };
}

/** Return the axis of categories: lying bars have theirs at the side, the first on top. */
function names(categories, isFlat, width) {
  const axisLabel = isFlat ? { width: Math.min(150, width / 3), overflow: 'truncate', interval: 0 } : { hideOverlap: true };
  return { type: 'category', data: categories, axisTick: { alignWithLabel: true }, inverse: isFlat, axisLabel };
}

/** Return the axis of values, with room for the whole target. */
function values(host, formatter) {
  const [, most] = aim(host);
  const max = most ? ({ max: highest }) => Math.max(Math.ceil(highest), most + 1) : undefined;
  return { type: 'value', max, axisLabel: { formatter, hideOverlap: true } };
}

function drawn(host, one, place) {
  const isLine = host.dataset.kind === 'line';
  return {
    name: one.name,
    type: isLine || one.isTarget ? 'line' : 'bar',
    data: one.values,
    barMaxWidth: 26,
    symbol: SYMBOLS[place % SYMBOLS.length],
    symbolSize: 6,
    lineStyle: one.isTarget ? { type: 'dashed', color: TARGET } : {},
    itemStyle: one.isTarget ? { color: TARGET } : {},
    markArea: place === 0 ? band(host) : undefined,
  };
}

/** Return the target, its lower and its upper end; nothing where there is none. */
function aim(host) {
  return host.dataset.band ? host.dataset.band.split(',').map(Number) : [];
}

/** Return the target as a band behind the chart, where there is one. */
function band(host) {
  const [least, most] = aim(host);
  if (!most) return undefined;
  return {
    silent: true,
    itemStyle: { color: 'rgba(25, 112, 63, 0.12)' },
    label: { position: 'insideTopRight', color: '#19703f' },
    data: [[{ name: `${host.dataset.bandName} ${least}–${most}`, yAxis: least }, { yAxis: most }]],
  };
}
