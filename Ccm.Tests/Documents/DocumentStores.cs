using Ccm.Engine.Documents;

namespace Ccm.Tests.Documents;

/// <summary>The three kinds of documents on one store, empty at first.</summary>
/// <param name="Time">The clock that stamps are taken from.</param>
public sealed record DocumentStores(IDefinitionDocuments Definitions, ITemplateDocuments Templates, IAuditTrail Trail, ManualClock Time);

/// <summary>A clock that goes where the test puts it.</summary>
public sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
