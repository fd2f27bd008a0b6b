using Ccm.Engine.Lifecycle;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Ccm.Tests.Lifecycle;

public sealed class KeyQueueTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly KeyQueue _queue;

    public KeyQueueTests() => _queue = new KeyQueue(_time);

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

    /// <summary>Against a model: a key is ready exactly when it was asked for and nobody works on it, or its delay is over.</summary>
    [Fact]
    public void AnySteps_NoKeyTwiceAtOnceAndNoneForgotten() => Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 5]).Array[0, 60].Sample(steps =>
    {
        var time = new FakeTimeProvider();
        using var queue = new KeyQueue(time);
        var (ready, working, again, later) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new Dictionary<string, DateTimeOffset>());
        foreach (var (kind, n, seconds) in steps)
        {
            var key = $"k{n}";
            switch (kind)
            {
                case 0:
                    queue.Add(key);
                    later.Remove(key);
                    (working.Contains(key) ? again : ready).Add(key);
                    break;
                case 1 when ready.Count > 0:
                    var taken = queue.TakeAsync(CancellationToken.None);
                    Assert.True(taken.IsCompletedSuccessfully);
                    Assert.True(ready.Remove(taken.Result));
                    Assert.True(working.Add(taken.Result), $"{taken.Result} is worked on twice at once");
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
        var left = Enumerable.Range(0, ready.Count).Select(_ => queue.TakeAsync(CancellationToken.None)).ToList();
        Assert.All(left, take => Assert.True(take.IsCompletedSuccessfully));
        Assert.Equal(ready.Order(), left.Select(take => take.Result).Order());
        Assert.False(queue.TakeAsync(CancellationToken.None).IsCompleted);
    }, iter: 1_000);

    private async Task<string> TakeAsync() => await _queue.TakeAsync(TestContext.Current.CancellationToken);

    private void AssertNothingReady()
    {
        using var stop = new CancellationTokenSource();
        Assert.False(_queue.TakeAsync(stop.Token).IsCompleted);
        stop.Cancel();
    }
}
