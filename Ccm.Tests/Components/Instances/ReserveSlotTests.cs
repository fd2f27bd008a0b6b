using Bunit;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MudBlazor;

namespace Ccm.Tests.Components.Instances;

/// <summary>What the dialog says of a slot before it is reserved.</summary>
public sealed class ReserveSlotTests
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Slot_Free_SaysHowManyPlacesAreOnceSomebodyRestsOnIt()
    {
        await using var portal = await StartAsync(Role.User);
        var dialog = await OpenAsync(portal);

        await AskForAsync(dialog, "2026-03-02T13:30:00");
        Assert.Contains("Looking", Slot(dialog), StringComparison.Ordinal);

        portal.ShowsInTime(dialog, () => Assert.Contains("Free. 16 of 16 places for this lab are free, Mon 2026-03-02 13:30 to 14:30.", Slot(dialog), StringComparison.Ordinal));
        Assert.Empty(dialog.FindAll("[data-test=free-slot], [data-test=reserve-override]"));
    }

    [Fact]
    public async Task Slot_Taken_SaysWhyAndTheNextFreeOneIsAButton()
    {
        await using var portal = await StartAsync(Role.User);
        var dialog = await OpenAsync(portal);

        await AskForAsync(dialog, "2026-03-02T10:00:00");
        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-taken]")));
        Assert.Contains("That time is not free.", Slot(dialog), StringComparison.Ordinal);
        Assert.Contains("128 booked already", Slot(dialog), StringComparison.Ordinal);
        Assert.Empty(portal.Cache.Current.Instances.Keys.Except(["i-first"]));

        await dialog.InvokeAsync(() => dialog.FindAll("[data-test=free-slot]")[^1].ClickAsync());
        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-free]")));
        Assert.False(dialog.Find("[data-test=reserve-confirm]").HasAttribute("disabled"));
    }

    [Theory]
    [InlineData(Role.Admin, 1)]
    [InlineData(Role.Operator, 0)]
    public async Task Slot_Taken_MayBeBookedAllTheSameByAnAdmin(Role role, int ways)
    {
        await using var portal = await StartAsync(role);
        var dialog = await OpenAsync(portal);

        await AskForAsync(dialog, "2026-03-02T10:00:00");
        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-taken]")));

        Assert.Equal(ways, dialog.FindAll("[data-test=reserve-override]").Count);
        if (ways == 0)
            return;
        await ChangeAsync(dialog, "[data-test=reserve-override]", true);
        await dialog.InvokeAsync(() => dialog.Find("[data-test=reserve-confirm]").ClickAsync());
        PortalContext.Shows(dialog, () => Assert.Single(portal.Cache.Current.Instances.Values, entry => entry.Value.Overbooked));
    }

    /// <summary>On the viewer's clock from the first word to the last.</summary>
    [Fact]
    public async Task Slot_Past_IsToldOnTheViewersClock()
    {
        await using var portal = await StartAsync(Role.User);
        var dialog = await OpenAsync(portal, "Europe/Vienna");

        await AskForAsync(dialog, "2026-02-01T09:00:00");

        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-wrong]")));
        Assert.Contains("2026-02-01 09:00:00 is in the past. Give a start from 2026-03-01 13:00:", Slot(dialog), StringComparison.Ordinal);
        await dialog.InvokeAsync(() => dialog.Find("[data-test=reserve-confirm]").ClickAsync());
        var problem = dialog.Find("[data-test=problem]").TextContent;
        Assert.Contains("Give a start from 2026-03-01 13:00:", problem, StringComparison.Ordinal);
        Assert.DoesNotMatch("[0-9]Z", problem);
    }

    [Theory]
    [InlineData("[data-test=reserve-start]", "2036-02-01T09:00:00", "more than 365 days away.")]
    [InlineData("[data-test=reserve-start]", "9999-12-31T23:59:00", "The year 9999 is no start of a slot.")]
    public async Task Slot_OutOfBounds_SaysWhatWouldBeRight(string field, string value, string told)
    {
        await using var portal = await StartAsync(Role.User);
        var dialog = await OpenAsync(portal);
        await AskForAsync(dialog, "2026-03-02T13:30:00");

        await ChangeAsync(dialog, field, value);

        portal.ShowsInTime(dialog, () => Assert.Contains(told, Slot(dialog), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("300", "Ask for 1 to 240 minutes.")]
    [InlineData("0", "0 minutes are outside")]
    [InlineData("90.5", "'90.5' is no whole number of minutes.")]
    [InlineData("", "The slot has no length.")]
    public async Task Minutes_NoneThatTheLabAllows_AreToldAsTheyAreTyped(string typed, string told)
    {
        await using var portal = await StartAsync(Role.User);
        var dialog = await OpenAsync(portal);

        await dialog.InvokeAsync(() => dialog.Find("[data-test=reserve-minutes]").InputAsync(typed));

        Assert.Contains(told, Slot(dialog), StringComparison.Ordinal);
        Assert.Equal("true", dialog.Find("[data-test=reserve-minutes]").GetAttribute("aria-invalid"));
        await dialog.InvokeAsync(() => dialog.Find("[data-test=reserve-minutes]").InputAsync("90"));
        Assert.Equal("", Slot(dialog).Trim());
        Assert.False(dialog.Find("[data-test=reserve-minutes]").HasAttribute("aria-invalid"));
    }

    [Fact]
    public async Task Slot_OfTheOnlyPlace_SaysSo()
    {
        await using var portal = await PortalContext.StartAsync(Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template() with { MaxWorkers = 1, MemoryGb = 4 });
        var dialog = await OpenAsync(portal);

        await AskForAsync(dialog, "2026-03-02T23:30:00");

        portal.ShowsInTime(dialog, () => Assert.Contains("The only place for this lab is free, Mon 2026-03-02 23:30 to Tue 2026-03-03 00:30.", Slot(dialog), StringComparison.Ordinal));
    }

    /// <summary>What was said of one slot is gone as another is chosen, and for as soon as possible there is none.</summary>
    [Fact]
    public async Task Slot_ChosenAnew_ForgetsWhatWasSaidOfTheOneBefore()
    {
        await using var portal = await StartAsync(Role.User);
        var dialog = await OpenAsync(portal);
        await AskForAsync(dialog, "2026-03-02T10:00:00");
        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-taken]")));

        await ChangeAsync(dialog, "[data-test=reserve-start]", "2026-03-02T13:30:00");
        Assert.Contains("Looking", Slot(dialog), StringComparison.Ordinal);
        Assert.Empty(dialog.FindAll("[data-test=slot-taken], [data-test=free-slot]"));

        await ChangeAsync(dialog, "input[value=soon]", true);
        Assert.Equal("", Slot(dialog).Trim());
        var overtaken = false;
        dialog.OnMarkupUpdated += (_, _) => overtaken |= dialog.Markup.Contains("slot-free", StringComparison.Ordinal);
        portal.Time.Advance(TimeSpan.FromSeconds(5));

        // Questions are answered one after the other: with this one's answer, one of the question before would have been there.
        await AskForAsync(dialog, "2026-03-02T10:00:00");
        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-taken]")));
        Assert.False(overtaken, "The answer to a question that was given up was shown.");
    }

    [Fact]
    public async Task Open_WithASlot_LooksAtItAtOnce()
    {
        await using var portal = await StartAsync(Role.User);

        var dialog = await OpenAsync(portal, start: Nine.AddHours(1));

        portal.ShowsInTime(dialog, () => Assert.NotEmpty(dialog.FindAll("[data-test=slot-taken]")));
    }

    /// <summary>Somebody may close it before it has read who asks, and which lab.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task Open_WithASlot_AsksOnlyWhileItIsOpen(bool closes, int asked)
    {
        var time = new CountedTimers();
        await using var portal = await PortalContext.StartAsync(services => services.AddSingleton<TimeProvider>(time), Role.User);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template());
        var who = new TaskCompletionSource<AuthenticationState>();
        portal.Open<ReserveDialog>(parameters: dialog => dialog.AddCascadingValue(who.Task).Add(x => x.DefinitionId, "ospf").Add(x => x.Start, Nine));
        var known = await portal.Services.GetRequiredService<AuthenticationStateProvider>().GetAuthenticationStateAsync();
        var before = time.Set;

        if (closes)
            await portal.LeaveAsync();
        await portal.Dialogs.InvokeAsync(() => who.SetResult(known));

        Assert.Equal(asked, time.Set - before);
    }

    /// <summary>One worker at the most, for sixteen of the lab; somebody has booked all of it from 9 to 11 the next day.</summary>
    private static async Task<PortalContext> StartAsync(Role role)
    {
        var portal = await PortalContext.StartAsync(role);
        await portal.PublishAsync("ospf");
        await portal.AddTemplateAsync(Sample.Template() with { MaxWorkers = 1 });
        await portal.PutAsync(Sample.Instance("i-first") with
        {
            AsSoonAsPossible = false,
            TimeslotStart = Nine,
            TimeslotEnd = Nine.AddHours(2),
            Request = Sample.Request(memory: 128),
        });
        return portal;
    }

    private static async Task<IRenderedComponent<MudDialogProvider>> OpenAsync(PortalContext portal, string zone = "", DateTimeOffset? start = null)
    {
        var dialogs = portal.Open<MudDialogProvider>(zone: zone);
        await dialogs.InvokeAsync(() => portal.Services.GetService(typeof(IDialogService)) is IDialogService service
            ? service.ShowAsync<ReserveDialog>("Reserve a lab", new DialogParameters<ReserveDialog> { { x => x.DefinitionId, "ospf" }, { x => x.Start, start } }) : throw new InvalidOperationException());
        PortalContext.Shows(dialogs, () => Assert.Contains("ospf · version", dialogs.Markup, StringComparison.Ordinal));
        return dialogs;
    }

    private static async Task AskForAsync(IRenderedComponent<MudDialogProvider> dialog, string start)
    {
        await ChangeAsync(dialog, "[data-test=reserve-later]", true);
        await ChangeAsync(dialog, "[data-test=reserve-start]", start);
    }

    /// <summary>Found and changed in one go, between two paints.</summary>
    private static Task ChangeAsync<T>(IRenderedComponent<MudDialogProvider> dialog, string selector, T value) => dialog.InvokeAsync(() => dialog.Find(selector).ChangeAsync(value));

    private static string Slot(IRenderedComponent<MudDialogProvider> dialog) => dialog.Find("[data-test=slot]").TextContent;

    private sealed class CountedTimers : FakeTimeProvider
    {
        public int Set { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Set++;
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
