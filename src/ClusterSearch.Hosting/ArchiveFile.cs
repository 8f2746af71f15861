using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClusterSearch.Core;

namespace ClusterSearch.Hosting;

/// <summary>
/// archive.json in the archive directory: where the catalogue and the vectors are, so that later commands find them by the
/// directory alone. Only written where that is not the directory itself; never holds a password (PGPASSWORD or ~/.pgpass and
/// CLUSTERSEARCH_MILVUS_TOKEN have them).
/// </summary>
public static class ArchiveFile
{
    public const string Name = "archive.json";

    private const string Catalog = "catalog";
    private const string Vectors = "vectors";
    private const string Collections = "collections";
    private static readonly string[] Secrets = ["Password", "PWD", "PSW", "SSL Password", "SslPassword"];

    /// <returns>Null where the catalogue lies in the directory.</returns>
    /// <exception cref="ClusterSearchException">archive.corrupt, archive.file_system.</exception>
    public static string? ReadCatalog(string directory) => Read(directory, Catalog);

    public static void WriteCatalog(string directory, string catalog) => Write(directory, (Catalog, WithoutPassword(catalog)));

    /// <returns>The store's address and what its collections' names begin with; nulls where the vectors lie in the directory.</returns>
    /// <exception cref="ClusterSearchException">archive.corrupt, archive.file_system.</exception>
    public static (string? Address, string? Collections) ReadVectors(string directory) => (Read(directory, Vectors), Read(directory, Collections));

    /// <param name="address">Without a password; null: in the directory.</param>
    /// <param name="collections">What its collections' names begin with.</param>
    public static void WriteVectors(string directory, string? address, string? collections) => Write(directory, (Vectors, address), (Collections, collections));

    private static string? Read(string directory, string name)
    {
        var path = Path.Combine(directory, Name);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(path))?[name]?.GetValue<string>();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveCorrupt,
                $"{path}: expected an object with the text '{name}', which says where the archive's {name} are; mend or delete the file and give --{name}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault);
        }
    }

    private static void Write(string directory, params IReadOnlyList<(string Name, string? Value)> changes)
    {
        var path = Path.Combine(directory, Name);
        var values = new[] { Catalog, Vectors, Collections }.ToDictionary(name => name, name => Read(directory, name), StringComparer.Ordinal);
        foreach (var (name, value) in changes) values[name] = value;
        try
        {
            using var file = new AtomicFile(path);
            using (var json = new Utf8JsonWriter(file.Stream, new JsonWriterOptions { Indented = true }))
            {
                json.WriteStartObject();
                foreach (var (name, value) in values.Where(value => value.Value is not null)) json.WriteString(name, value);
                json.WriteEndObject();
            }
            file.Commit();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ClusterSearchException(ErrorCodes.ArchiveFileSystem, $"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>A catalogue's address as it may be shown and written down.</summary>
    public static string WithoutPassword(string catalog)
    {
        if (catalog.Contains("://", StringComparison.Ordinal))
        {
            var uri = new UriBuilder(catalog) { Password = "" };
            uri.Query = string.Join('&', uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Where(part => !part.StartsWith("password=", StringComparison.OrdinalIgnoreCase)));
            return uri.Uri.OriginalString;
        }
        var parts = new DbConnectionStringBuilder { ConnectionString = catalog };
        foreach (var secret in Secrets) parts.Remove(secret);
        return parts.ConnectionString;
    }
}
