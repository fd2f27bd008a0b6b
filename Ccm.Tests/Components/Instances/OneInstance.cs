using System.Collections.Immutable;
using System.Text.Json;
using Bunit;
using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Portal.Components.Pages.Instances;
using Ccm.Tests.Domain;

namespace Ccm.Tests.Components.Instances;

/// <summary>The instance i-1, its events, and its page.</summary>
internal static class OneInstance
{
    public static LabletInstance Running() => Sample.Instance(state: InstanceState.Running) with { Ports = new Dictionary<string, int> { ["r0_serial"] = 2000, ["r1_serial"] = 2001 }.ToImmutableSortedDictionary() };

    public static AuditEvent Event(long sequence, string state, string reason) => new($"e-{sequence}", $"ccm.lablet.instance.{state}", "instances/i-1", Sample.Now.AddSeconds(sequence), "user",
        JsonSerializer.SerializeToElement(new { reason }), $"op-{sequence}", sequence, sequence, "", $"{sequence}");

    public static IRenderedComponent<InstancePage> Open(PortalContext portal, string id = "i-1") =>
        portal.Open<InstancePage>($"/instances/{Uri.EscapeDataString(id)}", parameters => parameters.Add(p => p.Id, id));
}
