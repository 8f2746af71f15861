using System.Runtime.CompilerServices;
using ClusterSearch.Core;
using ClusterSearch.Core.Footage;
using ClusterSearch.Media.Probing;
using ClusterSearch.Media.Processes;

namespace ClusterSearch.Media.Decoding;

/// <summary>
/// Decodes a range of samples: plans where to begin, checks that decoding did begin there, hands the frames on.
/// </summary>
/// <remarks>
/// Chunk invariance (each sample's pixels and timing do not depend on the range) rests on: the grid is computed by ffmpeg's
/// fps filter in exact fractions of ticks from the video's start (round=up: index k shows the last frame at or before it);
/// decoding begins early enough (<see cref="SeekPlanner"/>), also for the frame of the sample before the range, to which
/// the first edge is measured; filters are exact and fixed. Deliberately absent: seeking by guess, and any use of wall time.
/// </remarks>
internal sealed class FrameSampler(FfmpegTools tools, SeekPlanner planner, PixelPool pool)
{
    public async IAsyncEnumerable<SampledFrame> SampleAsync(FrameRequest request, DecodeTrace trace, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var grid = request.Grid;
        var range = new SampleRange(Math.Min(request.Samples.First, grid.Count), Math.Min(request.Samples.End, grid.Count));
        if (request is { Resize: ResizeMode.Fast, FastShortestEdge: < 1 or > 16384 })
            throw new ArgumentOutOfRangeException(nameof(request), $"the shorter side of a picture is 1 to 16384 pixels, found {request.FastShortestEdge}");
        if (range.IsEmpty) yield break;
        FileCheck.Length(request.Path);
        var job = await PrepareAsync(request, range, cancellation);
        var plans = new Queue<SeekPlan>(await PlansAsync(job, cancellation));
        long delivered = 0;
        while (plans.TryDequeue(out var plan))
        {
            await using var run = DecodeRun.Start(tools, pool, job, plan, cancellation);
            try
            {
                if (!await run.BeginsAsPlannedAsync()) continue;
                await foreach (var frame in run.FramesAsync())
                {
                    delivered++;
                    yield return frame;
                }
                await run.StopAsync();
                if (job.KeyframesOnly && run.Next < range.End)
                {
                    // H.264's key frames need not begin anew: without what lies between, the decoder loses count and order. The rest
                    // is decoded whole.
                    run.ThrowIfEnded(cancellation);
                    job = job with { KeyframesOnly = false, Range = new SampleRange(run.Next, range.End) };
                    plans = new Queue<SeekPlan>(await PlansAsync(job, cancellation));
                    continue;
                }
                run.ThrowIfFailed(cancellation);
                run.Describe(trace, range.Count - delivered, range.Count);
                yield break;
            }
            finally
            {
                await run.StopAsync();
                run.AddCost(trace);
            }
        }
    }

    private async Task<DecodeJob> PrepareAsync(FrameRequest request, SampleRange range, CancellationToken cancellation)
    {
        var (width, height) = PictureFilters.Size(request.Facts, request.Resize, request.FastShortestEdge);
        var toneMap = PictureFilters.IsHighDynamicRange(request.Facts) && await tools.HasFiltersAsync(PictureFilters.ToneMappers, cancellation);
        return new DecodeJob(await tools.DescribeAsync(cancellation), request, range, width, height, toneMap, request.Grid.Sampling.Kind == SamplingKind.Keyframes);
    }

    private async Task<IReadOnlyList<SeekPlan>> PlansAsync(DecodeJob job, CancellationToken cancellation)
    {
        var (request, first) = (job.Request, job.Range.First);
        if (first == 0) return [SeekPlan.Beginning];
        return job.KeyframesOnly
            ? SeekPlanner.FromKeyframes(request.Facts, request.Grid.ListedTicks!.Value.Span, first)
            : await planner.PlanAsync(request.Path, request.Facts, request.Grid.InstantTicks(first - 1), cancellation);
    }
}

/// <summary>What one call decodes, whatever the seek plan.</summary>
/// <param name="KeyframesOnly">Whether the decoder skips all other frames.</param>
internal sealed record DecodeJob(FfmpegTools.Description Ffmpeg, FrameRequest Request, SampleRange Range, int Width, int Height, bool ToneMap, bool KeyframesOnly)
{
    public bool IsUniform => Request.Grid.Sampling.Kind == SamplingKind.Grid;

    public bool IsKeyframes => Request.Grid.Sampling.Kind == SamplingKind.Keyframes;

    /// <summary>The first sample whose picture is wanted: a key frame's difference is taken from the one before.</summary>
    public long FirstPicture => IsKeyframes ? Math.Max(0, Range.First - 1) : Range.First;

    /// <summary>The instant of the range's last sample.</summary>
    public long LastTicks => Request.Grid.InstantTicks(Range.End - 1);

    /// <summary>
    /// One decoder, two branches: every frame's time and difference to the report, the picked frames to [out]. The report
    /// comes first, and with it every frame's line before the picture that the frame completes. Both end where the range is
    /// complete, and ffmpeg with them, however late the caller is.
    /// </summary>
    public string Graph()
    {
        var facts = Request.Facts;
        var pick = IsUniform
            ? $"setpts=PTS-({facts.StartTicks}),fps=fps={Request.Grid.Sampling.Rate}:round=up,trim=start_pts={Range.First}:end_pts={Range.End}"
            : $"trim=start_pts={Request.Grid.InstantTicks(FirstPicture)}:end_pts={LastTicks + 1}";
        // Listed frames lie closer than the muxer may be told; their times are in the report.
        var spread = IsUniform ? string.Empty : "settb=1,setpts=N*1000,";
        return $"{DecodeCommand.Source(facts)}{PictureFilters.PerFrame(facts)},split[all][picked];"
            + $"[all]{ComplaintWindow.PositionFilters},{FrameReport.BranchUntil(LastTicks + 1)};"
            + $"[picked]{pick},{FrameReport.SampleFilters},{spread}{PictureFilters.ToRgb(facts, Width, Height, ToneMap)}[out]";
    }

    /// <summary>The sample that a report line announces; null for a frame that is none.</summary>
    public long? Number(long reported)
    {
        if (IsUniform) return reported;
        var at = Request.Grid.ListedTicks!.Value.Span.BinarySearch(reported);
        return at >= 0 ? at : null;
    }
}
