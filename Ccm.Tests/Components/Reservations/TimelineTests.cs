using System.Collections.Immutable;
using Ccm.Engine.Booking;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Pages.Reservations;
using Ccm.Tests.Domain;
using CsCheck;

namespace Ccm.Tests.Components.Reservations;

/// <summary>What must hold of every picture of bookings.</summary>
public sealed class TimelineTests
{
    private static readonly Gen<TimeWindow> Window = Gen.Select(Gen.Int[-300, 300], Gen.Int[0, 3], (hours, length) => new TimeWindow(Sample.Now.AddHours(hours), TimeWindow.Lengths[length]));

    /// <summary>From seconds to days, in and around any window; some that wait for a place.</summary>
    private static readonly Gen<BookedTime[]> Times = Gen.Select(Gen.Int[-30_000, 30_000], Gen.OneOf(Gen.Int[1, 20], Gen.Int[1, 6000]), Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[0, 64])
        .Array[0, 60].Select(all => all.Select((one, n) => Booked($"i-{n:D2}", one.Item1, one.Item2, one.Item4 == 0, memory: one.Item5)).ToArray());

    [Fact]
    public void Lanes_AnyBookings_DrawEachOfTheWindowOnceAndNoneOverAnother() => Gen.Select(Times, Window).Sample((times, window) =>
    {
        var lanes = Timeline.Lanes(times, window);

        Assert.Equal(times.Where(window.Overlaps).Select(time => time.Entry.Id).Order(), lanes.SelectMany(lane => lane.SelectMany(bar => bar.Times.Select(time => time.Entry.Id))).Order());
        Assert.All(lanes, lane =>
        {
            Assert.NotEmpty(lane);
            foreach (var (one, next) in lane.Zip(lane.Skip(1)))
                Assert.True(one.Until <= next.From, $"{one} is over {next}");
        });
        Assert.All(lanes.SelectMany(lane => lane), bar => Assert.All(bar.Times, time => Assert.True(bar.From <= time.From && bar.Until >= time.Until)));
    });

    [Fact]
    public void Lanes_AnyBookings_AreSoManyAsBarsStandAtOneTimeAtMost() => Gen.Select(Times, Window).Sample((times, window) =>
    {
        var lanes = Timeline.Lanes(times, window);
        var bars = lanes.SelectMany(lane => lane).ToList();

        Assert.Equal(bars.Count == 0 ? 0 : bars.Max(bar => bars.Count(other => other.From <= bar.From && bar.From < other.Until)), lanes.Length);
    });

    [Fact]
    public void Dense_AnyBookings_CountEachOfTheWindowOnceAndNoneOverAnother() => Gen.Select(Times, Window).Sample((times, window) =>
    {
        var bars = Timeline.Dense(times, window);

        Assert.Equal(times.Where(window.Overlaps).Select(time => time.Entry.Id).Order(), bars.SelectMany(bar => bar.Times.Select(time => time.Entry.Id)).Order());
        Assert.All(bars.Zip(bars.Skip(1)), pair => Assert.True(pair.First.Until <= pair.Second.From));
        Assert.All(bars, bar => Assert.All(bar.Times, time => Assert.True(time.From < bar.Until && (time.From >= bar.From || bar.From == window.From))));
    });

    [Fact]
    public void Lanes_SameBookingsInAnotherOrder_AreTheSame() => Gen.Select(Times, Window, Gen.Int).Sample((times, window, seed) =>
    {
        var shuffled = times.ToArray();
        new Random(seed).Shuffle(shuffled);

        Assert.Equal(Timeline.Lanes(times, window).SelectMany(lane => lane), Timeline.Lanes(shuffled, window).SelectMany(lane => lane));
    });

    [Fact]
    public void Steps_AnyBookings_AreTheSumOfWhatIsBookedAtEachTime() => Gen.Select(Times, Window).Sample((times, window) =>
    {
        var steps = Demand.Steps(times, ForecastLimit.MemoryGb, window);

        Assert.Equal(window.From, steps[0].At);
        Assert.All(steps, step => Assert.True(window.Contains(step.At)));
        Assert.Equal(steps.Select(step => step.At).Distinct().Order(), steps.Select(step => step.At));
        foreach (var at in times.SelectMany(time => new[] { time.From, time.Until }).Append(window.From).Where(window.Contains))
            Assert.Equal(Sum(times, at), steps.Last(step => step.At <= at).Amount);
    });

    [Fact]
    public void Peaks_AnyBookings_MissNoHeight() => Gen.Select(Times, Window, Gen.Int[1, 50]).Sample((times, window, parts) =>
    {
        var steps = Demand.Steps(times, ForecastLimit.MemoryGb, window);
        var peaks = Demand.Peaks(steps, window, parts);

        Assert.Equal(steps.Max(step => step.Amount), peaks.Max());
        Assert.Equal(parts, peaks.Length);
        var width = (window.Until - window.From) / parts;
        for (var n = 0; n < parts; n++)
            Assert.True(peaks[n] >= Sum(times, window.From + (width * n)));
    });

    [Fact]
    public void Lanes_ThinOnes_AreDrawnTogetherAndWideOnesAlone()
    {
        var window = new TimeWindow(Sample.Now, 168);

        var bars = Timeline.Lanes([Booked("i-a", 70, 10), Booked("i-b", 85, 10), Booked("i-c", 200, 90)], window).Single();

        Assert.Equal(["i-a i-b", "i-c"], bars.Select(bar => string.Join(' ', bar.Times.Select(time => time.Entry.Id))));
    }

    [Fact]
    public void Lanes_WaitingForAnyPlace_AreOneBar()
    {
        var bars = Timeline.Lanes([Booked("i-a", 0, 60, waits: true), Booked("i-b", 0, 240, waits: true), Booked("i-c", 0, 60)], new TimeWindow(Sample.Now, 6)).SelectMany(lane => lane).ToList();

        Assert.Equal(2, bars.Count);
        var waiting = bars.Single(bar => bar.Times.Length == 2);
        Assert.Equal((Sample.Now, Sample.Now.AddMinutes(240)), (waiting.From, waiting.Until));
    }

    private static long Sum(IEnumerable<BookedTime> times, DateTimeOffset at) => times.Where(time => time.From <= at && at < time.Until).Sum(time => time.Load.MemoryGb);

    private static BookedTime Booked(string id, int fromMinute, int minutes, bool waits = false, int memory = 8)
    {
        var from = Sample.Now.AddMinutes(fromMinute);
        return new BookedTime(new InstanceEntry(Sample.Instance(id) with { Request = Sample.Request(memory: memory) }, 1, null), from, from, from.AddMinutes(minutes), waits);
    }
}
