using ClusterSearch.Core;
using ClusterSearch.Core.Embeddings;
using ClusterSearch.Index.Kernels;

namespace ClusterSearch.Cli.Commands;

/// <summary>Programs and libraries that the work needs.</summary>
internal static class MachineChecks
{
    private const string InstallFfmpeg = "install ffmpeg: `apt-get install ffmpeg` on Debian and Ubuntu, `brew install ffmpeg` on macOS";
    private const string InstallRuntime =
        "build again with ./clustersearch, which fetches ONNX Runtime from NuGet; where that cannot be reached, CLUSTERSEARCH_ONNXRUNTIME=npm fetches it from npm";

    public static async Task<IEnumerable<Finding>> FfmpegAsync(IArchiveOpener archives, CancellationToken cancellation)
    {
        Finding ffmpeg;
        try
        {
            ffmpeg = new("ffmpeg", FindingState.Ok, await archives.Footage.VersionAsync(cancellation));
        }
        catch (ClusterSearchException fault)
        {
            ffmpeg = new("ffmpeg", FindingState.Missing, fault.Message, InstallFfmpeg);
        }
        var probe = FindOnPath("ffprobe");
        return [ffmpeg, probe is null
            ? new("ffprobe", FindingState.Missing, "not on the PATH", InstallFfmpeg)
            : new("ffprobe", FindingState.Ok, probe)];
    }

    /// <summary>Which instructions the index computes with, and whether they give the right numbers here.</summary>
    public static Finding Kernels()
    {
        var differing = KernelCheck.Differing();
        return differing.Count == 0
            ? new("index kernels", FindingState.Ok, KernelCheck.Chosen)
            : new("index kernels", FindingState.Warning, $"{string.Join(", ", differing)} give other numbers than plain code on this processor", "searches may rank wrongly; please report the processor's name");
    }

    /// <summary>Whether ONNX Runtime can be loaded is known only by loading a model, so both are told from one attempt.</summary>
    public static IEnumerable<Finding> Model(IArchiveOpener archives, string? directory, CancellationToken cancellation)
    {
        if (directory is null)
            return [new("model", FindingState.Missing, "no folder of models was found", $"set {ModelDirectories.Variable} to the folder that holds 'starter', or give --model DIR")];
        try
        {
            using var model = archives.Models.Load(directory, new ModelOptions());
            var refused = model.Check(ModelTowers.Both, force: false, cancellation).FirstOrDefault(c => !c.Ok);
            return
            [
                new("onnxruntime", FindingState.Ok, $"{string.Join(", ", model.Facts.Providers)}; {model.EncoderFingerprint}"),
                refused is null
                    ? new("model", FindingState.Ok, $"{model.Facts.Name}: {model.Facts.Family}, {model.Facts.Dimension} dimensions, {directory}")
                    : new("model", FindingState.Missing, $"{directory}: {refused.Name}: {refused.Reason}", $"`clustersearch models check {directory}` says more"),
            ];
        }
        catch (ClusterSearchException fault) when (fault.Code is ErrorCodes.EnvironmentMissing or ErrorCodes.ModelProvider)
        {
            return [new("onnxruntime", FindingState.Missing, fault.Message, InstallRuntime)];
        }
        catch (ClusterSearchException fault)
        {
            return [new("model", FindingState.Missing, fault.Message, "give another one by --model DIR, or restore models/starter")];
        }
        catch (Exception fault) when (Innermost(fault) is DllNotFoundException or FileNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            return [new("onnxruntime", FindingState.Missing, Innermost(fault).Message.ReplaceLineEndings(" "), InstallRuntime)];
        }
    }

    private static Exception Innermost(Exception fault) => fault.GetBaseException();

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? program + ".exe" : program))
        .FirstOrDefault(File.Exists);
}
