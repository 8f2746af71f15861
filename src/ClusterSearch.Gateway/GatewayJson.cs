using System.Text.Json.Serialization;
using ClusterSearch.Contract;

namespace ClusterSearch.Gateway;

/// <summary>Source-generated: no reflection in requests.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(SearchBody))]
[JsonSerializable(typeof(AnswerDocument))]
[JsonSerializable(typeof(ScoresBody))]
[JsonSerializable(typeof(ScoresDocument))]
[JsonSerializable(typeof(PictureDocument))]
[JsonSerializable(typeof(ClipsBody))]
[JsonSerializable(typeof(RatingBody))]
[JsonSerializable(typeof(RatingsDocument))]
[JsonSerializable(typeof(RegisterBody))]
[JsonSerializable(typeof(JobDocument))]
[JsonSerializable(typeof(UploadDocument))]
[JsonSerializable(typeof(ProgressDocument))]
[JsonSerializable(typeof(PausedDocument))]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(AboutDocument))]
[JsonSerializable(typeof(EncodingsDocument))]
[JsonSerializable(typeof(EncodingUseDocument))]
[JsonSerializable(typeof(EncodingDropDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(JobStateDocument))]
[JsonSerializable(typeof(FoundVideoDocument))]
[JsonSerializable(typeof(SheetBody))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(OperationsDocument))]
[JsonSerializable(typeof(VideosDocument))]
[JsonSerializable(typeof(VideoDetailDocument))]
[JsonSerializable(typeof(RetryDocument))]
[JsonSerializable(typeof(RemovedDocument))]
internal sealed partial class GatewayJson : JsonSerializerContext;
