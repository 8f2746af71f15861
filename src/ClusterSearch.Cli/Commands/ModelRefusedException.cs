using ClusterSearch.Core;

namespace ClusterSearch.Cli.Commands;

/// <summary>`models check` answers "no": exit code 1, not a fault of the environment.</summary>
internal sealed class ModelRefusedException(ClusterSearchException reason) : ClusterSearchException(reason.Code, reason.Message, reason);
