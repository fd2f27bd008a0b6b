using AngleSharp.Dom;
using Bunit;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Portal.Components.Pages.Reservations;
using Ccm.Tests.Booking;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components.Web;

namespace Ccm.Tests.Components.Reservations;

public sealed class ReservationsPageTests
{
    /// <summary>From an hour before <see cref="Sample.Now"/>.</summary>
    private const string Window = "?from=2026-03-01T11:00Z&hours=6";

    [Fact]
    public async Task Bar_KnownBooking_StandsWhereItsTimeIs()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker());
        await portal.PutAsync(Booked.Slot("i-1", 0.5, 2) with { State = InstanceState.Running }, "w-1");

        var page = portal.Open<ReservationsPage>("/reservations" + Window);

        var bar = page.Find("[data-row=w-1] [data-test=bar]");
        var lead = Booked.Lead(Booked.Whole).TotalHours;
        Assert.Equal(((1.5 - lead) / 6 * 100, (2 + lead) / 6 * 100), (Length(bar, "left"), Length(bar, "width")), Near);
        Assert.Equal(lead / (2 + lead) * 100, Length(bar, "--lead"), 2);
        Assert.Equal("/instances/i-1", bar.GetAttribute("href"));
        Assert.Equal("ospf of user: RUNNING on w-1, Sun 2026-03-01 12:30 to 14:30 (Sun 2026-03-01 12:30 to 14:30 UTC), takes its place at 12:24", bar.GetAttribute("title"));
        Assert.Equal("▶ ospf", bar.TextContent);
        Assert.Equal("128", page.Find("[data-test=peak]").TextContent);
    }

    [Fact]
    public async Task Bar_AsSoonAsPossibleAndOverbooked_SaySo()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Instance("i-asap"));
        await portal.PutAsync(Booked.Slot("i-over", 3, 2) with { Overbooked = true });

        var page = portal.Open<ReservationsPage>("/reservations" + Window);

        var bars = page.FindAll("[data-test=bar]").ToDictionary(bar => bar.GetAttribute("href")!);
        Assert.Contains("as soon as possible: these times are expected, not promised", bars["/instances/i-asap"].GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("expected", bars["/instances/i-asap"].ClassName, StringComparison.Ordinal);
        Assert.Contains("ASAP", bars["/instances/i-asap"].TextContent, StringComparison.Ordinal);
        Assert.Equal("○! ospf OVERBOOKED", bars["/instances/i-over"].TextContent);
        Assert.Contains("No place yet 2", page.Find("[data-test=line] th").TextContent.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_ByWorker_HaveEveryWorkerAndWhatHasNoneApart()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker("w-empty"));
        await portal.PutAsync(Sample.Worker("w-gone", WorkerState.Terminated));
        await portal.PutAsync(Booked.Slot("i-waits", 2, 1));
        await portal.PutAsync(Booked.Slot("i-over", -0.5, 2) with
        {
            State = InstanceState.Terminated,
            LastTransition = new Transition<InstanceState>(InstanceState.Archived, InstanceState.Terminated, Sample.Now.AddMinutes(-10), "ccm/controller", "Over."),
        });

        var page = portal.Open<ReservationsPage>("/reservations" + Window);

        Assert.Equal(["No place yet 1", "w-empty metal", "Ended 1"],
            page.FindAll("[data-test=line] th").Select(name => string.Join(' ', name.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
    }

    [Fact]
    public async Task Rows_RoleUser_NameTheirOwnAndOfOthersOnlyThatSomethingIsBooked()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PutAsync(Sample.Worker("w-secret"));
        await portal.PutAsync(Booked.Slot("i-mine", 1, 2));
        await portal.PutAsync(Booked.Slot("i-other", 1, 2) with { OwnerId = "somebody", DefinitionId = "theirs", State = InstanceState.Running }, "w-secret");

        foreach (var view in new[] { "", "&view=table" })
        {
            var page = portal.Open<ReservationsPage>("/reservations" + Window + view);

            Assert.Contains("i-mine", page.Markup, StringComparison.Ordinal);
            Assert.Contains("booked", page.Markup, StringComparison.Ordinal);
            foreach (var name in new[] { "i-other", "somebody", "theirs", "w-secret", "RUNNING" })
                Assert.DoesNotContain(name, page.Markup, StringComparison.Ordinal);
            Assert.Contains(view.Length == 0 ? "2 bookings in this time" : "2 shown of 2.", page.Markup, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ArrowRight", "/reservations?from=2026-03-01T14%3A00Z&hours=6")]
    [InlineData("ArrowLeft", "/reservations?from=2026-03-01T08%3A00Z&hours=6")]
    [InlineData("Home", "/reservations?hours=6")]
    [InlineData("-", "/reservations?from=2026-03-01T11%3A00Z")]
    [InlineData("x", "/reservations?from=2026-03-01T11:00Z&hours=6")]
    public async Task Key_InTheChart_MovesTheWindow(string key, string address)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var page = portal.Open<ReservationsPage>("/reservations" + Window);

        await page.Find("[data-test=timeline]").KeyDownAsync(new KeyboardEventArgs { Key = key });

        Assert.EndsWith(address, portal.Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?from=yesterday&hours=7&rows=nonsense&resource=beauty&view=3d&lab=%3Cb%3E&minutes=-3")]
    [InlineData("?from=0001-01-01T00:00Z&hours=99999999999")]
    [InlineData("?from=9999-12-31T23:59Z&minutes=abc")]
    public async Task Address_Nonsense_IsTakenForNothing(string query)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Booked.Slot("i-1", 1, 2));

        var page = portal.Open<ReservationsPage>("/reservations" + query);

        Assert.Equal("/instances/i-1", page.Find("[data-test=bar]").GetAttribute("href"));
        Assert.Equal("true", page.Find("[data-test=hours-24]").GetAttribute("aria-pressed"));
    }

    [Fact]
    public async Task Change_NewBooking_AppearsAndOtherLinesAreNotPainted()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Sample.Worker("w-1"));
        await portal.PutAsync(Sample.Worker("w-2"));
        await portal.PutAsync(Booked.Slot("i-1", 1, 2) with { State = InstanceState.Running }, "w-1");
        var page = portal.Open<ReservationsPage>("/reservations" + Window);
        PortalContext.Shows(page, () => Assert.Single(page.FindAll("[data-test=bar]")));
        var painted = Line(page, "w-1").RenderCount;

        await portal.PutAsync(Booked.Slot("i-2", 1, 2) with { State = InstanceState.Scheduled }, "w-2");

        PortalContext.Shows(page, () => Assert.Equal("/instances/i-2", page.Find("[data-row=w-2] [data-test=bar]").GetAttribute("href")));
        Assert.Equal("256", page.Find("[data-test=peak]").TextContent);
        Assert.Equal(painted, Line(page, "w-1").RenderCount);
    }

    [Fact]
    public async Task Table_SaysTheSame()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template() with { MaxWorkers = 1 });
        await portal.PutAsync(Booked.Slot("i-1", 1, 2) with { Overbooked = true });
        await portal.PutAsync(Booked.Slot("i-2", 2, 1) with { State = InstanceState.Running }, "w-1");

        var page = portal.Open<ReservationsPage>("/reservations" + Window + "&view=table");

        PortalContext.Shows(page, () => Assert.Contains("more than there can be", page.Find("[data-test=demand-table]").TextContent, StringComparison.Ordinal));
        Assert.Equal(["13:00 15:00 12:54 ospf 1.0.0 user PENDING – 128 overbooked", "14:00 15:00 13:54 ospf 1.0.0 user RUNNING w-1 128 "],
            page.FindAll("[data-test=row]").Select(row => string.Join(' ', row.Children.Select(cell => cell.TextContent.Trim()))));
    }

    [Fact]
    public async Task Table_Filtered_KeepsItsFilterWhenTheTimeIsMoved()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.PutAsync(Booked.Slot("i-1", 1, 4) with { OwnerId = "alice" });
        await portal.PutAsync(Booked.Slot("i-2", 1, 4) with { OwnerId = "bob" });
        var page = portal.Open<ReservationsPage>("/reservations" + Window + "&view=table&q=alice");
        Assert.Equal(["i-1"], page.FindAll("[data-test=row]").Select(row => row.GetAttribute("data-id")));

        await page.Find("[data-test=later]").ClickAsync();

        Assert.Contains("q=alice", portal.Navigation.Uri, StringComparison.Ordinal);
        PortalContext.Shows(page, () => Assert.Equal(["i-1"], page.FindAll("[data-test=row]").Select(row => row.GetAttribute("data-id"))));
    }

    [Fact]
    public async Task Change_AmongThousands_IsPaintedWithThoseThatFollowIt()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.CommitAsync([.. Enumerable.Range(0, 1200).Select(n => Booked.Slot($"i-{n:D5}", n % 20, 1)).Select(slot => new StatePut(StateKeys.InstanceState(slot.Id), DomainJson.Write(slot)))]);
        var page = portal.Open<ReservationsPage>("/reservations");
        PortalContext.Shows(page, () => Assert.Contains("1,200 bookings", page.Find("[data-test=shown]").TextContent, StringComparison.Ordinal));
        Assert.Equal(1200, Assert.Single(page.FindComponents<TimelineLine>()).Instance.Line.Bars.Sum(bar => bar.Times.Length));

        await portal.PutAsync(Booked.Slot("i-one", 1, 1));
        await portal.PutAsync(Booked.Slot("i-two", 1, 1));

        portal.ShowsInTime(page, () => Assert.Contains("1,202 bookings", page.Find("[data-test=shown]").TextContent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rows=lab&")]
    public async Task Open_TenThousandBookingsOn500Workers_PaintsAFewOfThemAndCountsAll(string rows)
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        var workers = Enumerable.Range(0, 500).Select(n => Sample.Worker($"w-{n:D3}")).ToList();
        var booked = Enumerable.Range(0, 10_000).Select(n => (
            Slot: Booked.Slot($"i-{n:D5}", n % 160, 1 + (n % 5)) with { DefinitionId = $"lab-{n % 42:D2}", State = n < 5000 ? InstanceState.Running : InstanceState.Pending },
            Worker: n < 5000 ? $"w-{n % 500:D3}" : null)).ToList();
        await portal.CommitAsync(
        [
            .. workers.Select(worker => new StatePut(StateKeys.WorkerState(worker.Id), DomainJson.Write(worker))),
            .. workers.Select(worker => new StatePut(StateKeys.WorkerCapacity(worker.Id), DomainJson.Write(AvailableCapacity.Of(worker.Declared, Sample.Now)))),
            .. workers.Select(worker => new StatePut(StateKeys.WorkerPorts(worker.Id), System.Text.Encoding.UTF8.GetBytes(PortBitmap.Empty(worker.PortRange).ToString()))),
            .. booked.Select(one => new StatePut(StateKeys.InstanceState(one.Slot.Id), DomainJson.Write(one.Slot))),
            .. booked.Where(one => one.Worker is not null).Select(one => new StatePut(StateKeys.InstanceWorker(one.Slot.Id), System.Text.Encoding.UTF8.GetBytes(one.Worker!))),
        ]);

        var page = portal.Open<ReservationsPage>($"/reservations?{rows}from=2026-03-01T12:00Z&hours=168");

        Assert.StartsWith("10,000 bookings in this time.", page.Find("[data-test=shown]").TextContent.Trim(), StringComparison.Ordinal);
        Assert.InRange(page.FindAll("[data-test=line]").Count, 40, 100);
        Assert.InRange(page.FindAll("[data-test=bar]").Count, 40, 4000);
        Assert.True(page.FindComponent<TimelineChart>().Instance.Lines.Count > 200);
    }

    [Fact]
    public async Task Open_DocumentsAway_ShowsTheBookingsAndSaysWhatIsNotKnown()
    {
        await using var portal = await PortalContext.StartAsync(Role.Viewer);
        await portal.AddTemplateAsync(Sample.Template());
        await portal.PutAsync(Booked.Slot("i-1", 1, 2));
        portal.TakeDocumentsAway();

        var page = portal.Open<ReservationsPage>("/reservations");

        PortalContext.Shows(page, () => Assert.Contains("may grow to is not known now", page.Markup, StringComparison.Ordinal));
        Assert.Single(page.FindAll("[data-test=bar]"));
        Assert.Empty(page.FindAll("[data-test=most]"));
    }

    private static readonly Func<(double, double), (double, double), bool> Near = (one, other) => Math.Abs(one.Item1 - other.Item1) < 0.01 && Math.Abs(one.Item2 - other.Item2) < 0.01;

    private static IRenderedComponent<TimelineLine> Line(IRenderedComponent<ReservationsPage> page, string worker) =>
        page.FindComponents<TimelineLine>().Single(line => line.Instance.Line.Row.Name == worker);

    /// <summary>A CSS length in percent.</summary>
    private static double Length(IElement bar, string property) => double.Parse(
        bar.GetAttribute("style")!.Split(';').Select(part => part.Split(':')).Single(part => part[0] == property)[1].TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture);
}
