using System.Globalization;
using ClusterSearch.Archive;
using ClusterSearch.Archive.Footage;
using ClusterSearch.Contract;
using ClusterSearch.Core;
using ClusterSearch.Remote.Reading;

namespace ClusterSearch.Remote.Writing;

/// <summary>
/// One ingest through a gateway: footage of this machine is sent file by file, footage below the gateway's roots is named, and the jobs that come
/// of it are followed to their ends. A file's own fault is in the report, as everywhere; a gateway that is away for a moment is waited for.
/// </summary>
internal sealed class SentFootage(GatewayConnection gateway, TimeProvider time, IngestRequest request, IProgress<IngestProgress> progress)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    /// <summary>So long a gateway that took a job may be away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<FileFailure> _failures = [];
    private readonly List<(string Job, string? LocalPath)> _jobs = [];
    private readonly long _startedAt = time.GetTimestamp();

    public async Task<IngestReport> IngestAsync(CancellationToken cancellation)
    {
        var named = request.Paths.Where(path => !Path.IsPathRooted(path)).ToList();
        foreach (var path in named) _jobs.Add((await RegisterAsync(path, cancellation), null));
        var files = FootageDiscovery.Find([.. request.Paths.Except(named)], (path, fault) => _failures.Add(new FileFailure(path, fault.Code, fault.Message)), cancellation);
        foreach (var (file, index) in files.Select((file, index) => (file.Path, index)))
        {
            Tell($"sending {Path.GetFileName(file)}", files.Count, index);
            try
            {
                _jobs.Add((await SendAsync(file, cancellation), file));
            }
            catch (ClusterSearchException fault) when (fault.Code.StartsWith("footage.", StringComparison.Ordinal) || fault.Code == "limit.body")
            {
                _failures.Add(new FileFailure(file, fault.Code, fault.Message));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                _failures.Add(new FileFailure(file, ErrorCodes.FootageUnreadable, $"{file}: cannot be read ({fault.Message})"));
            }
        }
        var looked = named.Count + files.Count;
        if (request.Detach) return Report([], looked);
        var reports = new List<IngestDocument>();
        foreach (var (job, localPath) in _jobs)
            if (await EndOfAsync(job, localPath, cancellation) is { } report) reports.Add(report);
        return Report(reports, looked);
    }

    /// <param name="path">"ROOT:PATH".</param>
    private async Task<string> RegisterAsync(string path, CancellationToken cancellation)
    {
        var at = path.IndexOf(':', StringComparison.Ordinal);
        var body = new RegisterBody(path[..at], path[(at + 1)..], request.Camera, request.Zone, request.RecordedAt, request.Priority);
        return (await gateway.PostAsync("ingestion/register", body, RemoteJson.Default.RegisterBody, RemoteJson.Default.JobDocument, cancellation)).Job;
    }

    private async Task<string> SendAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new ClusterSearchException(ErrorCodes.FootageNotFound, $"{path}: there is no such file");
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var query = $"uploads?name={Uri.EscapeDataString(Path.GetFileName(path))}{Optional("camera", request.Camera)}{Optional("zone", request.Zone)}"
            + Optional("recordedAt", request.RecordedAt?.ToString("O", CultureInfo.InvariantCulture)) + Optional("priority", request.Priority?.ToString(CultureInfo.InvariantCulture));
        // The gateway looks at size and name before anything is sent.
        using var response = await gateway.SendAsync(new HttpRequestMessage(HttpMethod.Post, query) { Content = new StreamContent(file, 1 << 20), Headers = { ExpectContinue = true } }, cancellation);
        return (await gateway.ReadAsync(response, RemoteJson.Default.UploadDocument, cancellation)).Job;
    }

    private static string Optional(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    /// <returns>Null for a job that failed as a whole, which is among the failures then.</returns>
    private async Task<IngestDocument?> EndOfAsync(string job, string? localPath, CancellationToken cancellation)
    {
        var answeredAt = time.GetTimestamp();
        while (true)
        {
            try
            {
                var state = await gateway.GetAsync($"ingestion/jobs/{job}", RemoteJson.Default.JobStateDocument, cancellation);
                answeredAt = time.GetTimestamp();
                if (state.Progress is { } running) Tell(running);
                if (state.Report is { } report) return localPath is null ? report : report with { Failures = Here(report.Failures, localPath), Warnings = Here(report.Warnings, localPath) };
                if (state.Error is { } fault)
                {
                    _failures.Add(new FileFailure(localPath ?? job, fault.Code, fault.Message));
                    return null;
                }
            }
            catch (ClusterSearchException fault) when (fault.IsTransient && time.GetElapsedTime(answeredAt) < Patience)
            {
                // It may come back; a job is remembered by it alone.
            }
            await Task.Delay(LookEvery, time, cancellation);
        }
    }

    /// <summary>Where a file that was sent lies over there is of no use here.</summary>
    private static IReadOnlyList<FileFaultDocument> Here(IReadOnlyList<FileFaultDocument> faults, string localPath) =>
        [.. faults.Select(fault => fault with { Path = localPath, Message = fault.Message.Replace(fault.Path, localPath, StringComparison.Ordinal) })];

    private void Tell(string note, int videos, int done) => progress.Report(new IngestProgress
    {
        Stage = IngestStage.Embedding, SecondsDone = 0, SecondsTotal = 0, TimesRealTime = 0, TimeLeft = null, Videos = videos, VideosDone = done, Failures = _failures.Count, Note = note,
    });

    private void Tell(ProgressDocument p) => progress.Report(new IngestProgress
    {
        Stage = Enum.TryParse<IngestStage>(p.Stage, ignoreCase: true, out var stage) ? stage : IngestStage.Embedding,
        SecondsDone = p.SecondsDone, SecondsTotal = p.SecondsTotal, TimesRealTime = p.TimesRealTime, TimeLeft = p.SecondsLeft is { } left ? TimeSpan.FromSeconds(left) : null,
        Videos = p.Videos, VideosDone = p.VideosDone, Failures = p.FailedFiles, Note = p.Note,
    });

    private IngestReport Report(List<IngestDocument> jobs, int looked) => new()
    {
        // What was named below a root may be a folder: its job knows how much was in it.
        Files = jobs.Count > 0 ? jobs.Sum(job => job.Files) + _failures.Count : looked,
        Added = jobs.Sum(job => job.Added),
        Unchanged = jobs.Sum(job => job.Unchanged),
        Moved = jobs.Sum(job => job.Moved),
        Failures = [.. _failures, .. jobs.SelectMany(job => StatusReading.Failures(job.Failures))],
        Warnings = [.. jobs.SelectMany(job => StatusReading.Failures(job.Warnings))],
        Samples = jobs.Sum(job => job.Samples),
        SecondsOfFootage = jobs.Sum(job => job.Seconds),
        Elapsed = time.GetElapsedTime(_startedAt),
        Encoding = jobs.Count > 0 && jobs[^1].Encoding is { } encoding ? StatusReading.Progress(encoding) : null,
    };
}
