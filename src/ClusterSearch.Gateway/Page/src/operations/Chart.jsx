import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { theme } from '../shell/theme.js';

/**
 * A live chart over time.
 * @param times seconds since 1970, ascending
 * @param incrs steps between the marks of the vertical axis, where tens do not suit the unit
 * @param series [{ name, color (a custom property), values, format, fill }]; null where there is no value
 */
export function Chart({ title, note, times, series, format, summary, incrs }) {
  const box = useRef(null);
  const plot = useRef(null);
  const colors = theme.use();
  // A first point alone has no time scale: an unknown one before it gives it one.
  const alone = times.length === 1;
  const data = [alone ? [times[0] - 1, times[0]] : times, ...series.map((one) => (alone ? [null, ...one.values] : one.values))];
  const latest = useRef(data);
  latest.current = data;
  const names = series.map((one) => one.name).join();
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    const size = () => ({ width: Math.max(120, box.current.clientWidth), height: 190 });
    const axis = { stroke: color('--faint'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false }, font: '11px Inter, sans-serif', gap: 6 };
    plot.current = new uPlot({
      ...size(),
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      padding: [8, 28, 0, 0],
      // A minute at least, so that the first points do not fill the chart.
      scales: { x: { range: (_, from, to) => (to === null ? [0, 60] : [Math.min(from, to - 60), to]) }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.12 : 1] } },
      axes: [{ ...axis, size: 26, space: 70, values: (_, splits) => splits.map((at) => new Date(at * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })) },
        { ...axis, size: 58, space: 34, ...(incrs ? { incrs } : {}), values: (_, splits) => splits.map(format) }],
      series: [{}, ...series.map((one) => ({
        label: one.name, stroke: color(one.color), width: 2, points: { show: false }, spanGaps: false,
        fill: one.fill ? `color-mix(in srgb, ${color(one.color)} 16%, transparent)` : undefined,
      }))],
    }, latest.current, box.current);
    const watch = new ResizeObserver(() => plot.current?.setSize(size()));
    watch.observe(box.current);
    return () => { watch.disconnect(); plot.current.destroy(); plot.current = null; };
  }, [colors, names]);
  useEffect(() => plot.current?.setData(data));
  return (
    <figure class="card chart" aria-label={`${title}. ${summary ?? ''}`}>
      <header>
        <h2>{title}</h2>
        <figcaption class="legend">{series.map((one) => <span key={one.name}><i style={{ '--tint': `var(${one.color})` }} />{one.name} {lastOf(one.values, format)}</span>)}</figcaption>
      </header>
      <div class="chart-plot" ref={box} aria-hidden="true" />
      {note && <p class="small quiet">{note}</p>}
    </figure>
  );
}

function lastOf(values, format) {
  const last = values.findLast((value) => value !== null && value !== undefined);
  return last === undefined ? '–' : format(last);
}
