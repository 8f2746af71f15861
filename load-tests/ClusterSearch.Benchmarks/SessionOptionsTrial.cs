using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace ClusterSearch.Benchmarks;

/// <summary>
/// What a session's options do to a tower of real size at its batch shape: time of a batch and resident memory. Each trial
/// in a process of its own, since the runtime gives memory back late or never.
/// </summary>
internal static class SessionOptionsTrial
{
    private const int Batch = 8;
    private const int Runs = 20;

    private static readonly string[] s_trials = ["as used", "with memory pattern", "no arena", "bound input and output", "spinning threads"];

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [var tower, var name]) return Trial(tower, name);
        Console.WriteLine("| tower | options | batch of 8, best of 20 (median) | peak resident memory |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var patch in new[] { "32", "16" })
        {
            SyntheticTower.Write(PathOf(patch), int.Parse(patch, CultureInfo.InvariantCulture));
            foreach (var trial in s_trials)
            {
                using var process = Process.Start(Environment.ProcessPath!, [.. Assembly(), "session-options", patch, trial]);
                await process.WaitForExitAsync();
            }

            File.Delete(PathOf(patch));
        }

        return 0;

        static string[] Assembly() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SessionOptionsTrial).Assembly.Location] : [];
    }

    private static string PathOf(string patch) => Path.Combine(Path.GetTempPath(), $"clustersearch-tower-{patch}.onnx");

    private static int Trial(string patch, string name)
    {
        using var options = new SessionOptions
        {
            InterOpNumThreads = 1,
            IntraOpNumThreads = Environment.ProcessorCount,
            EnableCpuMemArena = name != "no arena",
            EnableMemoryPattern = name == "with memory pattern",
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", name == "spinning threads" ? "1" : "0");
        using var session = new InferenceSession(PathOf(patch), options);
        using var run = new RunOptions();
        var pixels = new float[Batch * 3 * 224 * 224];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (i % 511 / 255f) - 1;
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [Batch, 3, 224, 224]);
        using var output = OrtValue.CreateTensorValueFromMemory(new float[Batch * 512], [Batch, 512]);
        using var binding = session.CreateIoBinding();
        binding.BindInput("pixel_values", input);
        binding.BindOutput("image_embeds", output);
        var times = new List<double>();
        for (var i = 0; i < Runs; i++)
        {
            var clock = Stopwatch.StartNew();
            if (name == "bound input and output") session.RunWithBinding(run, binding);
            else session.Run(run, ["pixel_values"], [input], ["image_embeds"], [output]);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| ViT-B/{patch} | {name} | {times[0]:F0} ms ({times[Runs / 2]:F0}) | {self.PeakWorkingSet64 >> 20} MiB |"));
        return 0;
    }
}
