using Ccm.Engine.Documents;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Documents;

/// <summary>The kinds of documents on one store, empty at first.</summary>
/// <param name="Time">The clock that stamps are taken from.</param>
public sealed record DocumentStores(IDefinitionDocuments Definitions, ITemplateDocuments Templates, IAuditTrail Trail, IKeyDocuments Keys, ManualTime Time);
