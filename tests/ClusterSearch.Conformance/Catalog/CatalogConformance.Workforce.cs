using ClusterSearch.Core;
using ClusterSearch.Core.Catalog;

namespace ClusterSearch.Conformance.Catalog;

// Who works, and who may act in a role.
public abstract partial class CatalogConformance
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 0, 0, 125, TimeSpan.FromHours(1));

    [Fact]
    public async Task A_report_replaces_the_one_before_and_every_member_comes_back()
    {
        var first = Report("b/7");
        var full = first with
        {
            State = WorkerState.Faulted,
            Slots = 3,
            Device = "NVIDIA H100, \"0\"",
            EncoderFingerprint = "gpu-b",
            ChunksDone = long.MaxValue,
            SecondsDone = 123.456,
            SamplesDone = 5_000_000_000,
            Activity = "garden-walk.mp4, chunk 3",
            LastFault = new Failure(ErrorCodes.ArchiveDiskFull, "no space"),
        };
        await Catalog.ReportWorkerAsync(first, Cancellation);
        await Catalog.ReportWorkerAsync(Report("a/1"), Cancellation);
        await Catalog.ReportWorkerAsync(full, Cancellation);
        var listed = await (await OpenAnotherAsync()).ListWorkersAsync(Cancellation);
        Assert.Equal([Report("a/1"), full], listed.Select(worker => worker.Report));
        await Catalog.ReportWorkerAsync(first, Cancellation);
        Assert.Equal(first, (await Catalog.ListWorkersAsync(Cancellation))[1].Report);
        Assert.Equal(TimeSpan.FromHours(1), (await Catalog.ListWorkersAsync(Cancellation))[1].Report.StartedAt.Offset);
    }

    [Fact]
    public async Task Ages_are_the_databases_whatever_the_worker_says()
    {
        await Catalog.ReportWorkerAsync(Report("a/1") with { StartedAt = Start.AddYears(30) }, Cancellation);
        await AdvanceClockAsync(TimeSpan.FromMinutes(10));
        await Catalog.ReportWorkerAsync(Report("a/1") with { StartedAt = Start.AddYears(30), ChunksDone = 4 }, Cancellation);
        await AdvanceClockAsync(TimeSpan.FromMinutes(3));
        var worker = Assert.Single(await Catalog.ListWorkersAsync(Cancellation));
        Assert.InRange(worker.SinceReport, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4));
        Assert.InRange(worker.SinceFirstReport, TimeSpan.FromMinutes(13), TimeSpan.FromMinutes(14));

        // Another process under the same name is seen for the first time.
        await Catalog.ReportWorkerAsync(Report("a/1"), Cancellation);
        Assert.InRange((await Catalog.ListWorkersAsync(Cancellation))[0].SinceFirstReport, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Silent_workers_are_forgotten_and_others_stay()
    {
        await Catalog.ReportWorkerAsync(Report("a/1"), Cancellation);
        await AdvanceClockAsync(TimeSpan.FromHours(1));
        await Catalog.ReportWorkerAsync(Report("a/2"), Cancellation);
        await Catalog.ReportWorkerAsync(Report("a/3"), Cancellation);
        Assert.Equal(1, await Catalog.ForgetWorkersAsync(TimeSpan.FromMinutes(30), Cancellation));
        Assert.Equal(0, await Catalog.ForgetWorkersAsync(TimeSpan.FromMinutes(30), Cancellation));
        for (var i = 0; i < 2; i++) await Catalog.ForgetWorkerAsync("a/2", Cancellation);
        Assert.Equal(["a/3"], (await Catalog.ListWorkersAsync(Cancellation)).Select(worker => worker.Report.Name));
    }

    [Theory]
    [InlineData("host/12/3", "host/12")]
    [InlineData("host/12", "host/12")]
    [InlineData("host", "host")]
    [InlineData("host/12/3/4", "host/12")]
    public void A_worker_belongs_to_its_process(string worker, string process)
    {
        Assert.Equal(process, WorkerName.ProcessOf(worker));
        Assert.Equal("host/12/3", WorkerName.Of("host", 12, 3));
    }

    [Fact]
    public async Task One_holds_a_role_until_it_lapses_and_each_next_holder_has_the_next_epoch()
    {
        var first = await TakeAsync("a");
        Assert.Equal(("aggregator", "a", 1L, LeaseDuration), (first!.Role, first.Holder, first.Epoch, first.Duration));
        Assert.Matches("^[0-9a-f]{32}$", first.Token);
        Assert.Null(await TakeAsync("b"));
        // The same name is somebody else.
        Assert.Null(await TakeAsync("a"));
        Assert.Equal(1, (await Catalog.TryTakeRoleAsync("watcher", "b", LeaseDuration, Cancellation))!.Epoch);

        await AdvanceClockAsync(LeaseDuration * 0.9);
        Assert.True(await Catalog.RenewRoleAsync(first, LeaseDuration, Cancellation));
        await AdvanceClockAsync(LeaseDuration * 0.9);
        Assert.Null(await TakeAsync("b"));
        await AdvanceClockAsync(LeaseDuration * 0.2);
        var second = await TakeAsync("b");
        Assert.Equal(2, second!.Epoch);
        Assert.False(await Catalog.RenewRoleAsync(first, LeaseDuration, Cancellation));
        Assert.False(await Catalog.ReleaseRoleAsync(first, Cancellation));
        Assert.Null(await TakeAsync("c"));
    }

    [Fact]
    public async Task A_role_that_ran_out_is_had_again_by_renewing_as_long_as_nobody_took_it()
    {
        var lease = (await TakeAsync("a"))!;
        await AdvanceClockAsync(3 * LeaseDuration);
        Assert.True(await Catalog.RenewRoleAsync(lease, LeaseDuration, Cancellation));
        Assert.Null(await TakeAsync("b"));
    }

    [Fact]
    public async Task A_role_given_back_is_free_and_its_epochs_go_on()
    {
        var lease = (await TakeAsync("a"))!;
        Assert.True(await Catalog.ReleaseRoleAsync(lease, Cancellation));
        Assert.False(await Catalog.ReleaseRoleAsync(lease, Cancellation));
        Assert.False(await Catalog.RenewRoleAsync(lease, LeaseDuration, Cancellation));
        Assert.Equal(new RoleRecord("aggregator", null, 1, TimeSpan.Zero), Assert.Single(await Catalog.ListRolesAsync(Cancellation)));
        Assert.Equal(2, (await TakeAsync("b"))!.Epoch);
        await AdvanceClockAsync(LeaseDuration / 2);
        var role = Assert.Single(await Catalog.ListRolesAsync(Cancellation));
        Assert.Equal(("b", 2L), (role.Holder, role.Epoch));
        Assert.InRange(role.Left, LeaseDuration * 0.4, LeaseDuration * 0.5);
        await AdvanceClockAsync(LeaseDuration);
        Assert.Equal(new RoleRecord("aggregator", "b", 2, TimeSpan.Zero), Assert.Single(await Catalog.ListRolesAsync(Cancellation)));
    }

    [Fact]
    public async Task Of_many_who_try_at_once_one_has_the_role()
    {
        ICatalog[] instances = [Catalog, await OpenAnotherAsync(), await OpenAnotherAsync()];
        for (var round = 1; round <= 5; round++)
        {
            var leases = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => Task.Run(
                () => instances[i % 3].TryTakeRoleAsync("aggregator", $"holder {i}", LeaseDuration, Cancellation), Cancellation)));
            var lease = Assert.Single(leases, lease => lease is not null)!;
            Assert.Equal(round, lease.Epoch);
            Assert.True(await Catalog.ReleaseRoleAsync(lease, Cancellation));
        }
    }

    private Task<RoleLease?> TakeAsync(string holder) => Catalog.TryTakeRoleAsync("aggregator", holder, LeaseDuration, Cancellation);

    private static WorkerReport Report(string name) => new()
    {
        Name = name,
        Host = "host",
        ProcessId = 7,
        StartedAt = Start,
        Role = "worker",
        State = WorkerState.Working,
        Slots = 1,
    };
}
