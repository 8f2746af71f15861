using ClusterSearch.Archive.Working;

namespace ClusterSearch.Archive.Tests.Working;

public sealed class SoloGateTests
{
    [Fact]
    public async Task One_who_asks_to_be_alone_waits_for_those_inside_and_keeps_others_out()
    {
        var gate = new SoloGate();
        await gate.EnterAsync(CancellationToken.None);
        await gate.EnterAsync(CancellationToken.None);
        var alone = gate.EnterAloneAsync(CancellationToken.None);
        var late = gate.EnterAsync(CancellationToken.None);
        Assert.Equal((false, false), (alone.IsCompleted, late.IsCompleted));
        gate.Leave();
        await alone;
        Assert.False(late.IsCompleted);
        gate.LeaveAlone();
        await late;
    }

    [Fact]
    public async Task Two_who_ask_to_be_alone_come_one_after_the_other()
    {
        var gate = new SoloGate();
        await gate.EnterAsync(CancellationToken.None);
        await gate.EnterAsync(CancellationToken.None);
        Task[] alone = [gate.EnterAloneAsync(CancellationToken.None), gate.EnterAloneAsync(CancellationToken.None)];
        var first = await Task.WhenAny(alone);
        var second = alone.Single(task => task != first);
        Assert.False(second.IsCompleted);
        gate.LeaveAlone();
        await second;
    }

    [Fact]
    public async Task One_who_gives_up_waiting_to_be_alone_lets_the_others_go_on()
    {
        var gate = new SoloGate();
        await gate.EnterAsync(CancellationToken.None);
        await gate.EnterAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var alone = gate.EnterAloneAsync(stop.Token);
        var late = gate.EnterAsync(CancellationToken.None);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alone);
        await late;
    }
}
