using System.Diagnostics;
using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Pulling.Files;
using ClusterSearch.Pulling.Hosts;

namespace ClusterSearch.Pulling;

/// <summary>
/// Fetches models and installs them.
/// <para>
/// Normal operation: the host's list says which files there are, how large and of which commit; room on the disk is checked;
/// the files are fetched into ".NAME.pulling" beside the model's place, loaded once with their canaries, and the folder is
/// renamed. One pull of a model at a time, by an operating system's lock.
/// Crash, Ctrl-C, lost connection: the hidden folder stays, with finished files and a ".part"; the same pull goes on.
/// A repository that has moved on meanwhile (another commit) is begun anew.
/// Refused by the loader: the hidden folder stays too, so that a newer program need not fetch it again.
/// </para>
/// </summary>
/// <param name="models">Tries what was fetched.</param>
/// <param name="settings">How hosts are spoken to.</param>
/// <param name="handler">Null: connections of this machine, through the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name.</param>
public sealed class ModelPuller(IModelLoader models, PullSettings settings, HttpMessageHandler? handler = null) : IDisposable
{
    /// <summary>Left free on the disk.</summary>
    private const long SpareBytes = 64L << 20;

    private readonly HttpClient _client = new(handler ?? new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        UseCookies = false,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Installs a model, or finds it installed.</summary>
    /// <param name="progress">Called a few times a second.</param>
    /// <exception cref="ClusterSearchException">
    /// request.invalid; model.download_failed (transient where another try may help), model.checksum, model.disk_full,
    /// model.busy; the loader's codes for a model that was fetched and cannot be used.
    /// </exception>
    public async Task<PullResult> PullAsync(PullRequest request, IProgress<PullProgress> progress, CancellationToken cancellation)
    {
        FileSelection.RequireKnown(request.Precision);
        var source = ModelSource.Parse(request.Model, request.Revision, request.Host, settings.DefaultHost);
        // A folder holds one precision, so that it needs no further word to be used.
        var name = request.Precision is null or "fp32" ? source.Name : $"{source.Name}-{request.Precision}";
        var into = Path.GetFullPath(request.Into);
        var target = Path.Combine(into, name);
        using var only = Lock(into, name);
        if (FindInstalled(source, request, target) is { } installed) return new PullResult(name, target, installed, WasThere: true);

        var host = new ModelHost(_client, source, settings, TimeProvider.System);
        var listing = await host.ListAsync(cancellation);
        var (precision, listed) = await FileSelection.ChooseAsync(host, listing, source.Repository, request.Precision, cancellation);
        var commit = listing?.Commit ?? listed.Select(file => file.Commit).FirstOrDefault(found => found is not null);
        var files = listed.Select(file => WithPinned(source, file)).ToList();

        var folder = Path.Combine(into, $".{name}.pulling");
        var model = new InstalledModel
        {
            Host = source.Host.AbsoluteUri.TrimEnd('/'),
            Repository = source.Repository,
            Revision = source.Revision,
            Commit = commit,
            Precision = precision,
            PulledAt = DateTimeOffset.UtcNow,
            Files = [],
        };
        try
        {
            var journal = PullJournal.Open(folder, $"{source.Repository} {commit ?? $"{source.Host} {source.Revision}"} {precision}");
            RequireRoom(folder, files);
            // By commit, so that all files are of one state, whatever happens to the branch meanwhile.
            await FetchAsync(host, commit ?? source.Revision, folder, journal, files, progress, cancellation);
            Try(folder, precision, cancellation);
            model = model with { Files = [.. files.Select(file => new InstalledFile(file.Path, new FileInfo(Path.Combine(folder, file.Path)).Length, file.Sha256))] };
            model.Write(folder);
            journal.Delete();
            Directory.Move(folder, target);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw PullFaults.Writing(fault, folder);
        }
        return new PullResult(name, target, model, WasThere: false);
    }

    public void Dispose() => _client.Dispose();

    private static FileStream Lock(string into, string name)
    {
        var path = Path.Combine(into, $".{name}.lock");
        try
        {
            Directory.CreateDirectory(into);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (File.Exists(path))
        {
            throw new ClusterSearchException(ErrorCodes.ModelBusy, $"{Path.Combine(into, name)}: another process is pulling this model; wait until it is done, or stop it", fault) { IsTransient = true };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw PullFaults.Writing(fault, into);
        }
    }

    private static InstalledModel? FindInstalled(ModelSource source, PullRequest request, string target)
    {
        if (!Directory.Exists(target) && !File.Exists(target)) return null;
        if (InstalledModel.Find(target) is not { } found || found.Repository != source.Repository)
            throw PullFaults.Refused($"{target} is there already and was not pulled from {source.Repository}; move it away, or name another folder with --into");
        if (request.Revision is { } wanted && wanted != found.Revision && wanted != found.Commit)
            throw PullFaults.Refused($"{target} is installed at {found.Commit ?? found.Revision}, {wanted} was asked for; archives may use it: move it away, or name another folder with --into");
        return found;
    }

    /// <exception cref="ClusterSearchException">model.checksum when host and pinned list contradict each other.</exception>
    private static HostFile WithPinned(ModelSource source, HostFile file)
    {
        if (source.PinnedFiles.FirstOrDefault(pinned => pinned.Path == file.Path) is not { } known) return file;
        if ((known.Sha256 is not null && file.Sha256 is not null && known.Sha256 != file.Sha256) || (known.Bytes is not null && file.Size is not null && known.Bytes != file.Size))
            throw new ClusterSearchException(ErrorCodes.ModelChecksum,
                $"{file.Path} of {source.Repository}: pinned are {known.Bytes} bytes with SHA-256 {known.Sha256}, {source.Host.Authority} states {file.Size} and {file.Sha256}; it is not the same file: nothing was fetched");
        return file with { Size = file.Size ?? known.Bytes, Sha256 = file.Sha256 ?? known.Sha256 };
    }

    private static void RequireRoom(string folder, IReadOnlyList<HostFile> files)
    {
        var needed = files.Sum(file => Math.Max(0m, (file.Size ?? 0) - FileDownload.BytesThere(folder, file)));
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (needed + SpareBytes > free)
            throw PullFaults.DiskFull($"{folder}: {Megabytes(needed)} are still to be fetched, {Megabytes(free)} are free");

        static string Megabytes(decimal bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bytes / 1_000_000m:#,0} MB");
    }

    private async Task FetchAsync(
        ModelHost host, string revision, string folder, PullJournal journal, IReadOnlyList<HostFile> files, IProgress<PullProgress> progress, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var reported = 0L;
        var (done, before, total) = (0L, files.Sum(file => FileDownload.BytesThere(folder, file)), files.Sum(file => file.Size ?? 0));
        foreach (var file in files)
        {
            Report(file, isUrgent: true);
            await new FileDownload(host, revision, folder, journal, settings, bytes =>
            {
                done += bytes;
                Report(file, isUrgent: false);
            }).FetchAsync(file, cancellation);
        }

        void Report(HostFile file, bool isUrgent)
        {
            if (!isUrgent && Stopwatch.GetElapsedTime(reported) < TimeSpan.FromMilliseconds(200)) return;
            reported = Stopwatch.GetTimestamp();
            var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
            progress.Report(new PullProgress(file.Path, done, Math.Max(total, done), elapsed > 0 ? Math.Max(0, done - before) / elapsed : 0));
        }
    }

    private void Try(string folder, string precision, CancellationToken cancellation)
    {
        try
        {
            using var model = models.Load(folder, new ModelOptions { Precision = precision });
            if (model.Check(ModelTowers.Both, force: true, cancellation).FirstOrDefault(canary => !canary.Ok) is { } failed)
                throw new ClusterSearchException(ErrorCodes.ModelCanary, $"the canary {failed.Name} failed: {failed.Reason}");
        }
        catch (ClusterSearchException refusal)
        {
            throw new ClusterSearchException(refusal.Code, $"{refusal.Message}; it was fetched whole and not installed, {folder} holds it", refusal);
        }
    }
}
