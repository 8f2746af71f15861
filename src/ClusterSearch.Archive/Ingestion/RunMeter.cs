using ClusterSearch.ServiceDefaults;

namespace ClusterSearch.Archive.Ingestion;

/// <summary>Counts a run's progress and tells a display about it, a few times a second at most.</summary>
internal sealed class RunMeter(IProgress<IngestProgress> progress, TimeProvider time)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly long _started = time.GetTimestamp();
    private long _reported;
    private IngestStage _stage;
    private double _secondsDone, _secondsTotal;
    private long _samples;
    private int _videos, _videosDone, _failures;
    private string? _note;

    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    public double SecondsDone => _secondsDone;

    public long Samples => _samples;

    public IngestStage Stage { set => Change(() => _stage = value, isUrgent: true); }

    public int Videos { set => Change(() => _videos = value); }

    public void AddTotal(double seconds) => Change(() => _secondsTotal += seconds);

    public void AddDone(double seconds, long samples) => Change(() =>
    {
        _secondsDone += seconds;
        _samples += samples;
    });

    public void VideoDone() => Change(() => _videosDone++);

    public void Failed() => Change(() => _failures++, isUrgent: true);

    /// <summary>What holds the run up; null when nothing does.</summary>
    public void Note(string? note) => Change(() => _note = note, isUrgent: note != _note);

    private void Change(Action change, bool isUrgent = false)
    {
        IngestProgress state;
        lock (_lock)
        {
            change();
            if (!isUrgent && _reported != 0 && time.GetElapsedTime(_reported) < ReportInterval) return;
            _reported = time.GetTimestamp();
            var elapsed = Elapsed.TotalSeconds;
            var speed = elapsed > 0 ? _secondsDone / elapsed : 0;
            state = new IngestProgress
            {
                Stage = _stage,
                SecondsDone = _secondsDone,
                SecondsTotal = _secondsTotal,
                TimesRealTime = speed,
                TimeLeft = speed > 0 && elapsed > 2 ? TimeSpan.FromSeconds(Math.Min(3e8, Math.Max(0, _secondsTotal - _secondsDone) / speed)) : null,
                Videos = _videos,
                VideosDone = _videosDone,
                Failures = _failures,
                Note = _note,
            };
        }
        Telemetry.IngestRate.Record(state.TimesRealTime);
        progress.Report(state);
    }
}
