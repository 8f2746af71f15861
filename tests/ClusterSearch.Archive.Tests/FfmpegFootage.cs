using System.Diagnostics;

namespace ClusterSearch.Archive.Tests;

/// <summary>Footage made for a test.</summary>
internal static class FfmpegFootage
{
    public static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-hide_banner", "-loglevel", "error", "-y", "-nostdin", .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var complaint = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ffmpeg {string.Join(' ', arguments)}: {complaint}");
    }
}
