using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ClusterSearch.Cli.Clusters;

namespace ClusterSearch.Cli.Json;

/// <summary>Source-generated: no reflection at start-up.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(SearchDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(PausedDocument))]
[JsonSerializable(typeof(IngestDocument))]
[JsonSerializable(typeof(ReindexDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(WatchDocument))]
[JsonSerializable(typeof(BackupDocument))]
[JsonSerializable(typeof(RestoreDocument))]
[JsonSerializable(typeof(RemovedDocument))]
[JsonSerializable(typeof(RetryDocument))]
[JsonSerializable(typeof(EvaluationDocument))]
[JsonSerializable(typeof(VideosDocument))]
[JsonSerializable(typeof(VideoDetailDocument))]
[JsonSerializable(typeof(VectorSidecarDocument))]
[JsonSerializable(typeof(ExportDocument))]
[JsonSerializable(typeof(ModelsDocument))]
[JsonSerializable(typeof(ModelCheckDocument))]
[JsonSerializable(typeof(PullDocument))]
[JsonSerializable(typeof(EncodingUseDocument))]
[JsonSerializable(typeof(EncodingDropDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(KeysDocument))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(ClusterRecord))]
[JsonSerializable(typeof(JudgedFile))]
internal sealed partial class DocumentContext : JsonSerializerContext
{
    /// <summary>File names stay readable: the output is UTF-8, never part of a web page.</summary>
    public static DocumentContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>A document a line, for commands that write many.</summary>
    public static DocumentContext Compact { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
