using ClusterSearch.Core;

namespace ClusterSearch.Hosting;

/// <summary>What the process says to its caller.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Some footage failed, a model was refused, or verify found problems.</summary>
    public const int SomeFailed = 1;

    public const int Usage = 2;

    /// <summary>The archive, the model or the machine.</summary>
    public const int EnvironmentFault = 3;

    /// <summary>As a shell reports a process that SIGINT ended.</summary>
    public const int Interrupted = 130;

    /// <summary>For a fault that ended the whole command.</summary>
    public static int For(string errorCode) => errorCode switch
    {
        ErrorCodes.RequestInvalid or ErrorCodes.VideoNotFound or ErrorCodes.VideoAmbiguous => Usage,
        _ when errorCode.StartsWith("footage.", StringComparison.Ordinal) => SomeFailed,
        _ => EnvironmentFault,
    };
}
