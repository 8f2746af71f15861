using System.Globalization;

namespace ClusterSearch.IndexBenchmarks.Measuring;

/// <summary>What a directory takes on the disk, watched while it grows.</summary>
internal sealed class DiskUse : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly string _directory;
    private readonly Timer _timer;
    private long _peakBytes;

    public DiskUse(string directory)
    {
        _directory = directory;
        _timer = new Timer(_ => Look(), null, TimeSpan.Zero, Interval);
    }

    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    public static long Bytes(string directory) => Directory.Exists(directory)
        ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(LengthOf) : 0;

    /// <summary>Refuses to begin what would not end well.</summary>
    /// <exception cref="IOException">Too little room.</exception>
    public static void Require(string directory, long bytes)
    {
        Directory.CreateDirectory(directory);
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < bytes)
            throw new IOException(string.Create(CultureInfo.InvariantCulture,
                $"{directory}: {bytes / 1e9:0.0} GB of room were expected (the index and what its compaction needs), found {free / 1e9:0.0} GB; free some, name another directory with --directory, or take fewer --samples"));
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        try
        {
            var bytes = Bytes(_directory);
            if (bytes > PeakBytes) Interlocked.Exchange(ref _peakBytes, bytes);
        }
        catch (IOException)
        {
            // A file that went while it was looked at; the next look sees what is there then.
        }
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
