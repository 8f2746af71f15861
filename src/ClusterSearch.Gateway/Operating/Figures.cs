using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using ClusterSearch.Contract;
using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Gateway.Operating;

/// <summary>What the instruments of this process say, by their names in <see cref="Telemetry"/>.</summary>
internal sealed class Figures : IDisposable
{
    private const int KeptSearches = 8192;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Total> _counters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Name, string Labels), Distribution> _histograms = new();
    private readonly Queue<(long At, double Seconds)> _searches = new();
    private readonly TimeProvider _time;

    public Figures(TimeProvider time)
    {
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == Telemetry.SourceName) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            if (instrument is Histogram<double>) Record(instrument.Name, value, tags);
            else Add(instrument, value, tags);
        });
        _listener.Start();
    }

    public double CountOf(Instrument instrument) => _counters.Values.Where(total => total.Name == instrument.Name).Sum(total => total.Value);

    public long Searches => _histograms.TryGetValue((Telemetry.SearchDuration.Name, ""), out var searches) ? searches.Count : 0;

    /// <summary>Of searches within the last ten minutes.</summary>
    public LatencyDocument Latency()
    {
        double[] seconds;
        lock (_searches) seconds = [.. _searches.Where(search => _time.GetElapsedTime(search.At) <= Window).Select(search => search.Seconds)];
        Array.Sort(seconds);
        return new LatencyDocument(At(0.5), At(0.95), At(0.99));

        double? At(double share) => seconds.Length == 0 ? null : seconds[(int)Math.Min(seconds.Length - 1, Math.Ceiling(share * seconds.Length) - 1)] * 1000;
    }

    /// <summary>Prometheus' text format, version 0.0.4.</summary>
    public string Prometheus()
    {
        var text = new StringBuilder();
        foreach (var group in _counters.Values.GroupBy(total => total.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var isCounter = group.First().Grows;
            var name = isCounter ? $"{Plain(group.Key)}_total" : Plain(group.Key);
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {(isCounter ? "counter" : "gauge")}\n");
            foreach (var total in group.OrderBy(total => total.Labels, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{name}{Braced(total.Labels)} {total.Value}\n");
        }
        foreach (var group in _histograms.GroupBy(entry => entry.Key.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var name = $"{Plain(group.Key)}_seconds";
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} histogram\n");
            foreach (var ((_, labels), histogram) in group.OrderBy(entry => entry.Key.Labels, StringComparer.Ordinal)) Append(text, name, labels, histogram);
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private static void Append(StringBuilder text, string name, string labels, Distribution histogram)
    {
        var (buckets, count, sum) = histogram.Read();
        var before = labels.Length == 0 ? "" : $"{labels},";
        for (var i = 0; i < Bounds.Length; i++) text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"{Bounds[i]}\"}} {buckets[i]}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{before}le=\"+Inf\"}} {count}\n{name}_sum{Braced(labels)} {sum}\n{name}_count{Braced(labels)} {count}\n");
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        var total = _counters.GetOrAdd($"{instrument.Name}{{{labels}}}", _ => new Total(instrument.Name, labels, instrument is Counter<long> or Counter<double>));
        if (instrument is Gauge<long> or Gauge<double>) total.Set(value);
        else total.Add(value);
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = "";
        foreach (var (name, tag) in tags) labels += $"{(labels.Length == 0 ? "" : ",")}{Plain(name)}=\"{Escaped(tag)}\"";
        return labels;
    }

    private static string Braced(string labels) => labels.Length == 0 ? "" : $"{{{labels}}}";

    private void Record(string name, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _histograms.GetOrAdd((name, LabelsOf(tags)), _ => new Distribution()).Add(seconds);
        if (name != Telemetry.SearchDuration.Name) return;
        lock (_searches)
        {
            _searches.Enqueue((_time.GetTimestamp(), seconds));
            if (_searches.Count > KeptSearches) _searches.Dequeue();
        }
    }

    private static string Plain(string name) => name.Replace('.', '_');

    private static string Escaped(object? value) =>
        Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) ?? "";

    private sealed class Total(string name, string labels, bool grows)
    {
        private readonly Lock _lock = new();
        private double _value;

        public string Name => name;

        public string Labels => labels;

        /// <summary>Whether it is a counter; else it goes up and down.</summary>
        public bool Grows => grows;

        public double Value { get { lock (_lock) return _value; } }

        public void Add(double value)
        {
            lock (_lock) _value += value;
        }

        public void Set(double value)
        {
            lock (_lock) _value = value;
        }
    }

    private sealed class Distribution
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[Bounds.Length];
        private long _count;
        private double _sum;

        public long Count { get { lock (_lock) return _count; } }

        public void Add(double value)
        {
            lock (_lock)
            {
                for (var i = 0; i < Bounds.Length; i++) if (value <= Bounds[i]) _buckets[i]++;
                _count++;
                _sum += value;
            }
        }

        public (long[] Buckets, long Count, double Sum) Read()
        {
            lock (_lock) return ([.. _buckets], _count, _sum);
        }
    }
}
