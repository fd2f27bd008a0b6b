using Ccm.Engine.Lifecycle;
using Ccm.Tests.Servers;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Lifecycle;

public sealed class KeyQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly KeyQueue _queue;

    public KeyQueueTests() => _queue = new KeyQueue(_time, LaneOf);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Add_WaitingAlready_IsThereOnce()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");

        Assert.Equal(["a", "b"], [await TakeAsync(), await TakeAsync()]);
        AssertNothingReady();
    }

    [Fact]
    public async Task Add_WhileWorkedOn_IsWorkedOnOnceMoreAfterwards()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Add("a");
        _queue.Add("a");
        AssertNothingReady();

        _queue.Done("a", null);

        Assert.Equal("a", await TakeAsync());
        _queue.Done("a", null);
        AssertNothingReady();
    }

    [Fact]
    public async Task Done_WithADelay_ComesBackThenAndNotBefore()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Done("a", TimeSpan.FromSeconds(10));

        _time.Advance(TimeSpan.FromSeconds(9.999));
        AssertNothingReady();
        _time.Advance(TimeSpan.FromSeconds(0.001));

        Assert.Equal("a", await TakeAsync());
        _queue.Done("a", null);
        _time.Advance(TimeSpan.FromDays(1));
        AssertNothingReady();
    }

    [Fact]
    public async Task Add_WhileDueLater_ComesAtOnceAndOnlyOnce()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Done("a", TimeSpan.FromSeconds(10));
        _queue.Add("a");

        Assert.Equal("a", await TakeAsync());
        _queue.Done("a", null);
        _time.Advance(TimeSpan.FromDays(1));
        AssertNothingReady();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Done_WithNoDelayOrAPastOne_ComesBackAtOnce(int seconds)
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Done("a", TimeSpan.FromSeconds(seconds));
        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public async Task Done_WithADelayLongerThanATimerTakes_IsTaken()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Done("a", TimeSpan.FromDays(400));
        _time.Advance(TimeSpan.FromDays(21));
        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public async Task TakeAsync_Cancelled_LosesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        var take = _queue.TakeAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => take);
        _queue.Add("a");
        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public async Task Dispose_WithKeysDueLater_BringsNoneBack()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Done("a", TimeSpan.FromSeconds(10));
        _queue.Dispose();
        _time.Advance(TimeSpan.FromDays(1));
        AssertNothingReady();
    }

    [Fact]
    public async Task TakeAsync_HostHasItsKeysOut_LetsOthersByAndComesBackInOrder()
    {
        foreach (var key in new[] { "h/1", "h/2", "h/3", "h/4", "other/1", "a" })
            _queue.Add(key);

        Assert.Equal(["h/1", "h/2", "other/1", "a"], [await TakeAsync(), await TakeAsync(), await TakeAsync(), await TakeAsync()]);
        AssertNothingReady();
        _queue.Done("other/1", null);
        AssertNothingReady();
        _queue.Done("h/2", TimeSpan.Zero);

        Assert.Equal("h/3", await TakeAsync());
        AssertNothingReady();
    }

    /// <summary>A lab can be placed elsewhere while it is kept back.</summary>
    [Fact]
    public async Task TakeAsync_KeysKeptBackThatMovedElsewhere_LeaveNoneBehind()
    {
        var host = "one";
        using var queue = new KeyQueue(_time, key => new Lane(key == "stays" ? "one" : host, 1));
        foreach (var key in new[] { "first", "moves", "stays" })
            queue.Add(key);
        var taken = await queue.TakeAsync(TestContext.Current.CancellationToken);
        var next = queue.TakeAsync(TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);

        host = "two";
        queue.Done(taken, null);

        Assert.Equal("moves", await next.OrLate());
        Assert.Equal("stays", await queue.TakeAsync(TestContext.Current.CancellationToken).OrLate());
    }

    /// <summary>Against a model: a key is ready exactly when it was asked for and nobody works on it, or its delay is over; and is given out unless two of its host are.</summary>
    [Fact]
    public void AnySteps_NoKeyTwiceAtOnceAndNoneForgotten() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Int[0, 5]).Array[0, 60].Sample(steps =>
    {
        var time = new FakeTimeProvider();
        using var queue = new KeyQueue(time, LaneOf);
        var (ready, working, again, later) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new Dictionary<string, DateTimeOffset>());
        foreach (var (kind, n, seconds) in steps)
        {
            var key = n < 4 ? $"h/{n}" : $"k{n}";
            switch (kind)
            {
                case 0:
                    queue.Add(key);
                    later.Remove(key);
                    (working.Contains(key) ? again : ready).Add(key);
                    break;
                case 1 when ready.Any(MayBeTaken):
                    var taken = queue.TakeAsync(CancellationToken.None);
                    Assert.True(taken.IsCompletedSuccessfully);
                    Assert.True(ready.Remove(taken.Result));
                    Assert.True(working.Add(taken.Result), $"{taken.Result} is worked on twice at once");
                    Assert.True(working.Count(k => HostOf(k) is not null) <= 2, "Too many of one host");
                    break;
                case 2 when working.Remove(key):
                    queue.Done(key, seconds == 5 ? null : TimeSpan.FromSeconds(seconds));
                    if (again.Remove(key) || seconds == 0)
                        ready.Add(key);
                    else if (seconds < 5)
                        later[key] = time.GetUtcNow().AddSeconds(seconds);
                    break;
                case 3:
                    time.Advance(TimeSpan.FromSeconds(seconds));
                    foreach (var due in later.Where(pair => pair.Value <= time.GetUtcNow()).Select(pair => pair.Key).ToArray())
                    {
                        later.Remove(due);
                        ready.Add(due);
                    }
                    break;
            }
        }
        foreach (var key in working)
            queue.Done(key, null);
        ready.UnionWith(again);
        while (ready.Count > 0)
        {
            var taken = queue.TakeAsync(CancellationToken.None);
            Assert.True(taken.IsCompletedSuccessfully);
            Assert.True(ready.Remove(taken.Result));
            queue.Done(taken.Result, null);
        }
        Assert.False(queue.TakeAsync(CancellationToken.None).IsCompleted);

        bool MayBeTaken(string key) => HostOf(key) is null || working.Count(k => HostOf(k) is not null) < 2;
    }, iter: 1_000);

    private static string? HostOf(string key) => key.Split('/') is [var host, _] ? host : null;

    private static Lane? LaneOf(string key) => HostOf(key) is { } host ? new Lane(host, 2) : null;

    private async Task<string> TakeAsync() => await _queue.TakeAsync(TestContext.Current.CancellationToken).OrLate();

    private void AssertNothingReady()
    {
        using var stop = new CancellationTokenSource();
        Assert.False(_queue.TakeAsync(stop.Token).IsCompleted);
        stop.Cancel();
    }
}
