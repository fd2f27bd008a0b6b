using System.Collections.Immutable;
using System.Text.Json;
using Bunit;
using Ccm.Engine.Documents;
using Ccm.Portal.Components.Shared;
using Ccm.Tests.Domain;
using Microsoft.Extensions.DependencyInjection;

namespace Ccm.Tests.Components.Shared;

public sealed class EventListTests : BunitContext
{
    public EventListTests() => Services.AddSingleton<TimeProvider>(new PageTime(Sample.Now));

    [Theory]
    [InlineData("""{"reason":"Reserved."}""", "Reserved.")]
    [InlineData("""{"reason":"<script>alert(1)</script>"}""", "<script>alert(1)</script>")]
    [InlineData("""{"reason":42}""", "")]
    [InlineData("""{"reason":null}""", "")]
    [InlineData("""{}""", "")]
    [InlineData("""["no object"]""", "")]
    [InlineData("null", "")]
    public void Render_AnyData_ShowsTheReasonWhereThereIsOne(string data, string reason)
    {
        var list = Show([Event("ccm.lablet.instance.pending", data)]);

        Assert.Equal("Instance pending", list.Find("li b").TextContent);
        Assert.Equal(reason, list.FindAll("li > span")[0].TextContent);
        Assert.Empty(list.FindAll("script"));
    }

    [Theory]
    [InlineData("user", """{"actorName":"Ann"}""", "by Ann")]
    [InlineData("ccm/controller", """{"actorName":"controller"}""", "by controller engine")]
    [InlineData("c-7", """{"actorName":"nightly","via":"rest"}""", "by nightly REST")]
    [InlineData("user", "[]", "by user")]
    public void Render_AnyActor_TellsAProgramFromAPerson(string actor, string data, string told) =>
        Assert.Equal(told, Show([Event("ccm.worker.running", data) with { Actor = actor }]).FindAll("li > span")[1].TextContent.Trim());

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("org.example.thing")]
    public void Render_TypeOfSomebodyElse_IsShownAsItIs(string type) => Assert.Equal(type, Show([Event(type, "{}")]).Find("li b").TextContent);

    [Fact]
    public void Render_NoEvents_SaysSo() => Assert.Equal("None yet.", Show([]).Find("p").TextContent);

    [Fact]
    public void Render_NotReadable_DoesNotClaimThatThereAreNone()
    {
        var list = Show([], "Newer events cannot be read now.");

        Assert.DoesNotContain("None yet", list.Markup, StringComparison.Ordinal);
        Assert.Equal("Newer events cannot be read now.", list.Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Render_NotReadableAnyMore_KeepsWhatWasRead() => Assert.Single(Show([Event("ccm.x", "{}")], "Newer events cannot be read now.").FindAll("li"));

    private IRenderedComponent<EventList> Show(ImmutableArray<AuditEvent> events, string? problem = null) =>
        Render<EventList>(parameters => parameters.Add(l => l.Events, events).Add(l => l.Problem, problem));

    private static AuditEvent Event(string type, string data) =>
        new("e-1", type, "instances/i-1", Sample.Now, "user", JsonDocument.Parse(data).RootElement, "op-1", 1, 1, "", "");
}
