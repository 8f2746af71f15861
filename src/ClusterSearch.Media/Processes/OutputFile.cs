using ClusterSearch.Core;

namespace ClusterSearch.Media.Processes;

/// <summary>A file written under a temporary name beside its own and moved into place when whole; nothing is left of a failure.</summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _path;

    public OutputFile(string path)
    {
        if (!Path.IsPathFullyQualified(path)) throw new ArgumentException($"paths are absolute, found '{path}'", nameof(path));
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{path}: the directory to write to does not exist");
        _path = path;
        TemporaryPath = Path.Combine(directory, $".{Guid.NewGuid():N}.partial");
    }

    public string TemporaryPath { get; }

    /// <exception cref="ClusterSearchException">Why the child did not write it.</exception>
    public void Commit(ErrorLines errors, ChildExit exit)
    {
        if (exit.Succeeded && File.Exists(TemporaryPath) && new FileInfo(TemporaryPath).Length > 0)
        {
            File.Move(TemporaryPath, _path, overwrite: true);
            return;
        }
        if (errors.Mentions("No space left on device"))
            throw new ClusterSearchException(ErrorCodes.ArchiveDiskFull, $"{_path}: the disk is full; nothing was written");
        if (errors.Mentions("Permission denied"))
            throw new ClusterSearchException(ErrorCodes.RequestInvalid, $"{_path}: the directory may not be written to");
        if (errors.Mentions("Unknown encoder"))
            throw new ClusterSearchException(ErrorCodes.EnvironmentMissing, $"{_path}: this ffmpeg cannot encode it: {errors.Summary}");
        throw new ClusterSearchException(ErrorCodes.FootageDecode, $"{_path}: ffmpeg could not write it, it ended with {exit}: {errors.Summary}");
    }

    public void Dispose() => File.Delete(TemporaryPath);
}
