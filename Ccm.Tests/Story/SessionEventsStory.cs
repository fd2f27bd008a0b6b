using System.Net;
using Ccm.Engine.Control;
using Ccm.Tests.Api;
using Ccm.Tests.Servers;
using Person = Ccm.Tests.Identity.Browser;

namespace Ccm.Tests.Story;

/// <summary>Who comes and goes stands in the audit trail, and nobody waits for it.</summary>
public sealed class SessionEventsStory
{
    [Fact]
    public async Task SignIn_Refusal_AndSignOut_StandInTheTrail()
    {
        using var directory = new TemporaryDirectory();
        await using var portal = await PortalProcess.StartAsync($"--Ccm:DataDirectory={directory.Path}", "--Ccm:Seed:DemoLabs=false");
        using var person = new Person(portal.Address);
        var (wrong, _) = await person.SignInAsync("/account", "operator", "s3cret-typed-here");
        var (_, account) = await person.SignInAsync("/account", "operator", "operator");
        Assert.Contains("<td>operator</td>", account, StringComparison.Ordinal);
        await person.PostAsync("/account/sign-out", Person.Hidden(account, "__RequestVerificationToken"));

        var told = new List<(string Type, string Subject, string Actor)>();
        await Eventually.HoldsAsync(async () =>
        {
            var events = (await portal.Client.ReadAsync("/api/v1/audit?subject=users/operator"))["items"]!.AsArray();
            told = [.. events.Select(told => ((string)told!["type"]!, (string)told["subject"]!, (string)told["actor"]!)).Reverse()];
            Assert.DoesNotContain("s3cret", events.ToJsonString(), StringComparison.Ordinal);
            return told.Count == 3;
        }, "three events are told");

        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal([EventTypes.SessionRefused, EventTypes.SessionSignedIn, EventTypes.SessionSignedOut], told.Select(one => one.Type));
        Assert.All(told, one => Assert.Equal(("users/operator", "operator"), (one.Subject, one.Actor)));
    }
}
