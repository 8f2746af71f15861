// Builds and searches a table of sqlite-vec over exported rows; writes one JSON document.
//
// Usage: sqlite-vec.mjs build|search --data DIR --cache DIR --modules DIR [--out FILE]
// --modules: a folder whose node_modules has better-sqlite3 and sqlite-vec.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const TOP = 10;
// A search reads every row: a few queries take as long as a setting of the others.
const QUERIES = 16;

const [step, ...rest] = isMainThread ? process.argv.slice(2) : [];
const options = isMainThread
    ? Object.fromEntries(rest.flatMap((name, i) => (name.startsWith('--') ? [[name.slice(2), rest[i + 1]]] : [])))
    : workerData.options;
const require = createRequire(path.join(path.resolve(options.modules), 'package.json'));
const Database = require('better-sqlite3');
const sqliteVec = require('sqlite-vec');
const file = path.join(options.cache, 'vectors.sqlite');

function open() {
    const database = new Database(file);
    sqliteVec.load(database);
    return database;
}

function header(name) {
    const descriptor = fs.openSync(path.join(options.data, name), 'r');
    const head = Buffer.alloc(8);
    fs.readSync(descriptor, head, 0, 8, 0);
    return { descriptor, count: head.readUInt32LE(0), dimension: head.readUInt32LE(4) };
}

function rowAt({ descriptor, dimension }, row) {
    const bytes = Buffer.alloc(dimension * 4);
    fs.readSync(descriptor, bytes, 0, bytes.length, 8 + row * bytes.length);
    return bytes;
}

function build() {
    if (fs.existsSync(`${file}.json`)) return;
    const began = process.hrtime.bigint();
    const rows = header('base.fbin');
    const database = open();
    database.pragma('journal_mode = off');
    database.pragma('synchronous = off');
    database.exec(`create virtual table vectors using vec0(vector float[${rows.dimension}] distance_metric=cosine)`);
    const insert = database.prepare('insert into vectors(rowid, vector) values (?, ?)');
    for (let first = 0; first < rows.count; first += 10_000) {
        database.transaction(() => {
            for (let row = first; row < Math.min(rows.count, first + 10_000); row++) insert.run(BigInt(row + 1), rowAt(rows, row));
        })();
    }
    database.close();
    const used = process.cpuUsage();
    fs.writeFileSync(`${file}.json`, JSON.stringify({
        seconds: Number(process.hrtime.bigint() - began) / 1e9, processorSeconds: (used.user + used.system) / 1e6, bytes: fs.statSync(file).size,
    }));
}

// Asks some queries one after the other; the page cache holds the file, as it holds the others'.
function ask(database, numbers) {
    const queries = header('queries.fbin');
    const nearest = database.prepare(`select rowid from vectors where vector match ? and k = ${TOP}`);
    const found = [];
    const times = [];
    for (const number of numbers) {
        const query = rowAt(queries, number);
        const began = process.hrtime.bigint();
        const rows = nearest.all(query);
        times.push(Number(process.hrtime.bigint() - began) / 1e9);
        found.push(rows.map(({ rowid }) => rowid - 1));
    }
    return { found, times };
}

function workerFor(numbers) {
    return new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { options, numbers } });
        worker.on('message', resolve);
        worker.on('error', reject);
    });
}

async function search() {
    const database = open();
    const { count } = header('queries.fbin');
    const numbers = Array.from({ length: Math.min(QUERIES, count) }, (_, i) => i);
    ask(database, numbers.slice(0, 4));
    const one = ask(database, numbers);
    const sorted = [...one.times].sort((left, right) => left - right);
    const at = (part) => 1e3 * sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
    const sum = one.times.reduce((left, right) => left + right, 0);
    const halves = await Promise.all([0, 1].map((half) => workerFor(numbers.filter((number) => number % 2 === half))));
    // Their rates while they work, added: both start together and have equally much to do.
    const rate = halves.reduce((left, half) => left + half.times.length / half.times.reduce((a, b) => a + b, 0), 0);
    const { version, sqlite } = database.prepare('select vec_version() version, sqlite_version() sqlite').get();
    const run = (threads, queriesPerSecond, p50, p95) => ({ setting: 'all rows', threads, queriesPerSecond, millisecondsP50: p50, millisecondsP95: p95, found: one.found });
    fs.writeFileSync(options.out, JSON.stringify({
        system: 'sqlite-vec', version: `sqlite-vec ${version}, SQLite ${sqlite}`, parameters: 'vec0, float[], cosine',
        build: JSON.parse(fs.readFileSync(`${file}.json`)), memoryMiB: process.memoryUsage().rss / 1048576,
        runs: [run(1, one.times.length / sum, at(0.5), at(0.95)), run(2, rate, null, null)],
    }));
}

if (!isMainThread) {
    parentPort.postMessage(ask(open(), workerData.numbers));
} else if (step === 'build') {
    build();
} else {
    await search();
}
