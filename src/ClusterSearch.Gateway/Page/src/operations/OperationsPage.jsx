import { useEffect, useState } from 'preact/hooks';
import { operations } from '../api/archive.js';
import { Failure } from '../shell/Failure.jsx';
import { bytes, count, duration } from '../state/format.js';
import { Chart } from './Chart.jsx';
import { appended, rates } from './history.js';

const everyMs = 2000;
let kept = [];

/** What the gateway measures about itself, by the names of its telemetry. */
export function OperationsPage() {
  const [history, setHistory] = useState(kept);
  const [error, setError] = useState(null);
  useEffect(() => { document.title = 'Operations · ClusterSearch'; }, []);
  useEffect(() => {
    const control = new AbortController();
    let timer;
    const ask = async () => {
      try {
        const { history: before, ...snapshot } = await operations({ signal: control.signal, history: kept.length === 0 });
        kept = appended(before ? before.filter((one) => one.at < snapshot.at) : kept, snapshot);
        setHistory(kept);
        setError(null);
      } catch (fault) {
        if (control.signal.aborted) return;
        setError(fault);
      }
      timer = setTimeout(ask, document.hidden ? everyMs * 5 : everyMs);
    };
    ask();
    return () => { control.abort(); clearTimeout(timer); };
  }, []);

  const now = history.at(-1);
  if (!now && error) return <main id="content" class="page" tabIndex={-1}><Failure error={error} title="The figures cannot be shown" /></main>;
  return (
    <main id="content" class="page operations" tabIndex={-1}>
      <div class="page-head">
        <div><h1>Operations</h1><p>{now ? `Running for ${duration(now.uptimeSeconds)}. The last ten minutes, a point every two seconds.` : <span class="skeleton bone wide" />}</p></div>
        {error && <p class="badge bad push" role="alert">No answer since {Math.max(1, Math.round(Date.now() / 1000 - now.at))} s</p>}
      </div>
      {now ? <Figures now={now} history={history} /> : <Skeletons />}
    </main>
  );
}

function Figures({ now, history }) {
  const times = history.map((one) => one.at);
  const searches = rates(history, (one) => one.searches);
  const samples = rates(history, (one) => one.samplesEmbedded);
  const footage = rates(history, (one) => one.footageEmbeddedSeconds);
  const last = (values) => values.at(-1) ?? 0;
  const ms = (value) => (value < 10 ? `${Number(value.toFixed(1))} ms` : value < 1000 ? `${Math.round(value)} ms` : `${Number((value / 1000).toFixed(2))} s`);
  const rate = (value) => (value >= 100 ? count(Math.round(value)) : Number(value.toFixed(value < 10 ? 2 : 1)));
  const working = now.workers.filter((worker) => worker.state === 'working').length;
  return (
    <>
      <dl class="ops-tiles">
        <Tile name="Search, median" value={now.latency.p50 === null ? '–' : ms(now.latency.p50)} note={now.latency.p95 === null ? 'no search yet' : `95 % within ${ms(now.latency.p95)}`} />
        <Tile name="Searches" value={count(now.searches)} note={`${rate(last(searches))} a second`} />
        <Tile name="Index" value={bytes(now.index.bytes)} note={`${count(now.index.samples)} samples`} />
        <Tile name="Samples a second" value={rate(last(samples))} note={`${count(now.samplesEmbedded)} since the start`} />
        <Tile name="Workers" value={now.workers.length === 0 ? '–' : `${working} of ${now.workers.length}`} note={now.workers.length === 0 ? 'none has been started' : 'working'} />
        <Tile name="Failures" value={count(now.failures)} note={now.failures > 0 ? <a href="/ingestion">see what to do</a> : 'none'} bad={now.failures > 0} />
      </dl>
      <div class="charts">
        <Chart title="Search latency" times={times} format={ms} summary={`Median ${now.latency.p50 ?? 'unknown'} ms, 95th percentile ${now.latency.p95 ?? 'unknown'} ms`} series={[
          { name: 'p50', color: '--good', values: history.map((one) => one.latency.p50), fill: true },
          { name: 'p95', color: '--score', values: history.map((one) => one.latency.p95) },
          { name: 'p99', color: '--bad', values: history.map((one) => one.latency.p99) },
        ]} />
        <Chart title="Searches a second" times={times} format={(value) => String(rate(value))} series={[{ name: 'searches', color: '--accent', values: searches, fill: true }]} />
        <Chart title="Samples embedded a second" times={times} format={(value) => String(rate(value))} series={[{ name: 'samples', color: '--accent', values: samples, fill: true }]} />
        <Chart title="Footage taken in, times real time" times={times} format={(value) => `${rate(value)} ×`} series={[{ name: 'speed', color: '--score', values: footage, fill: true }]} />
        <Chart title="Index" times={times} format={bytes} incrs={powersOfTwo} series={[{ name: 'bytes', color: '--good', values: history.map((one) => one.index.bytes), fill: true }]} />
        <Chart title="Memory of the gateway" times={times} format={bytes} incrs={powersOfTwo} series={[{ name: 'working set', color: '--accent', values: history.map((one) => one.memoryBytes), fill: true }]} />
      </div>
      <div class="ops-more">
        <section class="card panel" aria-label="Workers and devices">
          <h2>Workers and devices</h2>
          {now.workers.length === 0 ? <p class="quiet small">No worker is registered. The gateway takes footage in by itself; “clustersearch work” adds processes of their own.</p> : (
            <div class="scroll-x" tabIndex={0} role="group" aria-label="Table of workers">
              <table class="table">
                <thead><tr><th scope="col">Worker</th><th scope="col">State</th><th scope="col">Device</th><th scope="col">Samples</th></tr></thead>
                <tbody>{now.workers.map((worker) => (
                  <tr key={worker.name}><th scope="row">{worker.name}</th><td><span class={`badge ${worker.state === 'working' ? 'good' : worker.state === 'lost' ? 'bad' : ''}`}>{worker.state}</span></td><td>{worker.device ?? '–'}</td><td class="numbers">{worker.samples === null ? '–' : count(worker.samples)}</td></tr>
                ))}</tbody>
              </table>
            </div>
          )}
        </section>
        <section class="card panel" aria-label="Pieces of footage">
          <h2>Pieces of footage</h2>
          <dl class="figures ops-chunks">{Object.entries(now.chunks).map(([name, number]) => <div class="figure" key={name}><dt>{chunkNames[name] ?? name}</dt><dd>{count(number)}</dd></div>)}</dl>
        </section>
      </div>
    </>
  );
}

const powersOfTwo = Array.from({ length: 50 }, (_, i) => 2 ** i);

const chunkNames = { pending: 'Waiting', leased: 'Being worked on', embedded: 'Embedded', indexed: 'Searchable', quarantined: 'Given up' };

const Tile = ({ name, value, note, bad }) => (
  <div class="card tile"><dt>{name}{bad && <span class="unseen"> (needs attention)</span>}</dt><dd class={bad ? 'is-bad' : ''}>{value}</dd><dd class="tile-note">{note}</dd></div>
);

const Skeletons = () => (
  <>
    <div class="ops-tiles">{Array.from({ length: 6 }, (_, i) => <div class="card tile" key={i}><span class="skeleton bone" /><span class="skeleton bone wide" /></div>)}</div>
    <div class="charts">{Array.from({ length: 4 }, (_, i) => <div class="card chart" key={i}><span class="skeleton bone wide" /><div class="chart-plot skeleton" /></div>)}</div>
  </>
);
