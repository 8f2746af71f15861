using System.Text.Json.Serialization;
using ClusterSearch.Contract;

namespace ClusterSearch.Remote;

/// <summary>RFC 9457 as a gateway writes it; anything may be missing when something else answered.</summary>
internal sealed record ProblemReply(string? Title, string? Detail, string? Code);

/// <summary>Source-generated: no reflection at start-up.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProblemReply))]
[JsonSerializable(typeof(SearchBody))]
[JsonSerializable(typeof(AnswerDocument))]
[JsonSerializable(typeof(ScoresBody))]
[JsonSerializable(typeof(ScoresDocument))]
[JsonSerializable(typeof(PictureDocument))]
[JsonSerializable(typeof(SheetBody))]
[JsonSerializable(typeof(RatingBody))]
[JsonSerializable(typeof(RatingsDocument))]
[JsonSerializable(typeof(FoundVideoDocument))]
[JsonSerializable(typeof(VideosDocument))]
[JsonSerializable(typeof(VideoDetailDocument))]
[JsonSerializable(typeof(RemovedDocument))]
[JsonSerializable(typeof(RetryDocument))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(JobStateDocument))]
[JsonSerializable(typeof(UploadDocument))]
[JsonSerializable(typeof(ProgressDocument))]
[JsonSerializable(typeof(PausedDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(EncodingUseDocument))]
[JsonSerializable(typeof(EncodingDropDocument))]
internal sealed partial class RemoteJson : JsonSerializerContext;
