"""Builds and searches the indexes of faiss and hnswlib over exported rows; writes one JSON document an index.

Usage: peers.py build|search ivfpq|ivfpq-refined|faiss-hnsw|hnswlib --data DIR --cache DIR --out FILE
--data: base.fbin and queries.fbin. --cache: built indexes. A build writes its figures beside the index, a search takes them along.
"""
import argparse
import json
import os
import resource
import time

import faiss
import hnswlib
import numpy as np

TOP = 10
LISTS, CODE_BYTES = 4096, 64
FAISS_HNSW_LINKS, FAISS_HNSW_BUILD = 32, 40
HNSWLIB_LINKS, HNSWLIB_BUILD = 16, 100
SECONDS_A_SETTING = 4


def rows_of(path):
    count, dimension = np.fromfile(path, dtype=np.uint32, count=2)
    return np.memmap(path, dtype=np.float32, mode="r", offset=8, shape=(int(count), int(dimension)))


class IvfPq:
    """Inverted lists by k-means, residuals in products of 64 bytes: as many as our one-bit code of 512 dimensions."""

    file = "ivfpq.faiss"
    version = "faiss " + faiss.__version__
    setting = f"IVF{LISTS},PQ{CODE_BYTES}"

    def build(self, rows, path):
        index = faiss.index_factory(rows.shape[1], f"IVF{LISTS},PQ{CODE_BYTES}", faiss.METRIC_INNER_PRODUCT)
        chosen = np.sort(np.random.default_rng(1).choice(len(rows), min(len(rows), 40 * LISTS), replace=False))
        index.train(np.ascontiguousarray(rows[chosen]))
        for first in range(0, len(rows), 100_000):
            index.add(np.ascontiguousarray(rows[first:first + 100_000]))
        faiss.write_index(index, path)

    def load(self, path, rows):
        self.index = faiss.read_index(path)

    def knobs(self):
        return [("nprobe", probes) for probes in (1, 2, 4, 8, 16, 32, 64, 128)]

    def turn(self, value):
        self.index.nprobe = value

    def search(self, queries, threads):
        faiss.omp_set_num_threads(threads)
        return self.index.search(queries, TOP)[1]


class IvfPqRefined(IvfPq):
    """The same, and the best 100 by code scored again by their float vectors."""

    def load(self, path, rows):
        self.lists = faiss.read_index(path)
        flat = faiss.IndexFlatIP(rows.shape[1])
        for first in range(0, len(rows), 100_000):
            flat.add(np.ascontiguousarray(rows[first:first + 100_000]))
        self.flat = flat
        self.index = faiss.IndexRefine(self.lists, flat)
        self.index.k_factor = 10

    setting = IvfPq.setting + ",RFlat, 100 refined"

    def turn(self, value):
        self.lists.nprobe = value


class FaissHnsw:
    file = "hnsw.faiss"
    version = "faiss " + faiss.__version__
    setting = f"HNSW{FAISS_HNSW_LINKS}, efConstruction {FAISS_HNSW_BUILD}"

    def build(self, rows, path):
        index = faiss.IndexHNSWFlat(rows.shape[1], FAISS_HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = FAISS_HNSW_BUILD
        for first in range(0, len(rows), 100_000):
            index.add(np.ascontiguousarray(rows[first:first + 100_000]))
        faiss.write_index(index, path)

    def load(self, path, rows):
        self.index = faiss.read_index(path)

    def knobs(self):
        return [("efSearch", width) for width in (10, 20, 40, 80, 160, 320, 640)]

    def turn(self, value):
        self.index.hnsw.efSearch = value

    def search(self, queries, threads):
        faiss.omp_set_num_threads(threads)
        return self.index.search(queries, TOP)[1]


class Hnswlib:
    file = "hnsw.hnswlib"
    version = "hnswlib " + os.popen("dpkg-query -W -f '${Version}' python3-hnswlib").read()
    setting = f"M {HNSWLIB_LINKS}, ef_construction {HNSWLIB_BUILD}"

    def build(self, rows, path):
        index = hnswlib.Index(space="ip", dim=rows.shape[1])
        index.init_index(max_elements=len(rows), M=HNSWLIB_LINKS, ef_construction=HNSWLIB_BUILD, random_seed=1)
        for first in range(0, len(rows), 100_000):
            index.add_items(np.ascontiguousarray(rows[first:first + 100_000]), np.arange(first, min(len(rows), first + 100_000)))
        index.save_index(path)

    def load(self, path, rows):
        self.index = hnswlib.Index(space="ip", dim=rows.shape[1])
        self.index.load_index(path)

    def knobs(self):
        return [("ef", width) for width in (10, 20, 40, 80, 160, 320, 640)]

    def turn(self, value):
        self.index.set_ef(value)

    def search(self, queries, threads):
        return self.index.knn_query(queries, k=TOP, num_threads=threads)[0]


PEERS = {"ivfpq": IvfPq, "ivfpq-refined": IvfPqRefined, "faiss-hnsw": FaissHnsw, "hnswlib": Hnswlib}


def measure(peer, queries):
    """One thread: a query a call. Two: all queries in one call."""
    runs = []
    for name, value in peer.knobs():
        peer.turn(value)
        found = np.vstack([peer.search(queries[i:i + 1], 1) for i in range(len(queries))])
        times = []
        started = time.perf_counter()
        while time.perf_counter() - started < SECONDS_A_SETTING / 2:
            for i in range(len(queries)):
                began = time.perf_counter()
                peer.search(queries[i:i + 1], 1)
                times.append(time.perf_counter() - began)
        runs.append(run(f"{name} {value}", 1, len(times) / sum(times), times, found))
        peer.search(queries, 2)
        rounds, began = 0, time.perf_counter()
        while time.perf_counter() - began < SECONDS_A_SETTING / 2:
            peer.search(queries, 2)
            rounds += 1
        runs.append(run(f"{name} {value}", 2, rounds * len(queries) / (time.perf_counter() - began), [], found))
    return runs


def run(setting, threads, rate, times, found):
    p50, p95 = (1e3 * np.percentile(times, part) for part in (50, 95)) if times else (None, None)
    return {"setting": setting, "threads": threads, "queriesPerSecond": rate, "millisecondsP50": p50, "millisecondsP95": p95, "found": found.tolist()}


def resident():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon:"))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("step", choices=["build", "search"])
    arguments.add_argument("peer", choices=PEERS)
    for name in ("data", "cache", "out"):
        arguments.add_argument("--" + name, required=name != "out")
    arguments = arguments.parse_args()
    peer = PEERS[arguments.peer]()
    rows = rows_of(os.path.join(arguments.data, "base.fbin"))
    path = os.path.join(arguments.cache, peer.file)
    if arguments.step == "build":
        if os.path.exists(path + ".json"):
            return
        began = time.perf_counter()
        peer.build(rows, path)
        used = resource.getrusage(resource.RUSAGE_SELF)
        with open(path + ".json", "w") as file:
            json.dump({"seconds": time.perf_counter() - began, "processorSeconds": used.ru_utime + used.ru_stime, "bytes": os.path.getsize(path)}, file)
        return
    queries = np.array(rows_of(os.path.join(arguments.data, "queries.fbin")))
    before = resident()
    peer.load(path, rows)
    runs = measure(peer, queries)
    with open(path + ".json") as file:
        build = json.load(file)
    with open(arguments.out, "w") as file:
        json.dump({"system": arguments.peer, "version": peer.version, "parameters": peer.setting, "build": build, "memoryMiB": resident() - before, "runs": runs}, file)


main()
