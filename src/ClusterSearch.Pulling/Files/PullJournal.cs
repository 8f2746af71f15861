using System.Text.Json;
using ClusterSearch.Pulling.Hosts;

namespace ClusterSearch.Pulling.Files;

/// <summary>
/// What an unfinished pull knows of its files: of which commit they are, and the entity tag under which each was last sent.
/// Lost or broken it costs a download, never correctness.
/// </summary>
internal sealed class PullJournal
{
    private const string FileName = ".pull.json";

    private readonly string _path;
    private readonly Content _content;

    private PullJournal(string path, Content content) => (_path, _content) = (path, content);

    /// <summary>Opens the journal of a folder; one that was begun for something else is emptied with everything in it.</summary>
    /// <param name="folder">Made where it is not there.</param>
    /// <param name="source">Repository and commit, or whatever else tells two states of a repository apart.</param>
    public static PullJournal Open(string folder, string source)
    {
        var path = Path.Combine(folder, FileName);
        var content = Read(path);
        if (content is null || content.Source != source)
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            content = new Content(source, []);
        }
        Directory.CreateDirectory(folder);
        return new PullJournal(path, content);
    }

    /// <summary>Whether a file was finished as the host states it now.</summary>
    public bool IsFinished(HostFile file) => _content.Files.TryGetValue(file.Path, out var entry) && entry.IsFinished && entry.Size == file.Size && entry.Sha256 == file.Sha256;

    /// <summary>The strong entity tag under which a file's beginning was sent; null when there was none, or the host states another file now.</summary>
    public string? ETagOf(HostFile file) =>
        _content.Files.TryGetValue(file.Path, out var entry) && entry.Size == file.Size && entry.Sha256 == file.Sha256 ? entry.ETag : null;

    public void Begun(HostFile file, string? etag) => Write(file.Path, new Entry(file.Size, file.Sha256, etag, false));

    public void Finished(HostFile file) => Write(file.Path, new Entry(file.Size, file.Sha256, null, true));

    public void Delete() => File.Delete(_path);

    private void Write(string file, Entry entry)
    {
        _content.Files[file] = entry;
        var temporary = _path + ".tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(_content, PullingJson.Default.Content));
        File.Move(temporary, _path, overwrite: true);
    }

    private static Content? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), PullingJson.Default.Content) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal sealed record Content(string Source, Dictionary<string, Entry> Files);

    internal sealed record Entry(long? Size, string? Sha256, string? ETag, bool IsFinished);
}
