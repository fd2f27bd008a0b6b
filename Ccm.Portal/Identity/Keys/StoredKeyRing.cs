using System.Xml.Linq;
using Ccm.Engine.Documents;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Ccm.Portal.Identity.Keys;

/// <summary>Data Protection's keys in the document store, so that every replica reads what another has protected.</summary>
/// <remarks>The interface knows no waiting; a question to the store ends within seconds.</remarks>
internal sealed class StoredKeyRing(IKeyDocuments keys) : IXmlRepository
{
    /// <summary>
    /// Later keys are made days before their use, so that all replicas know them by then; the first is used at once. Two replicas that
    /// begin together give theirs the same name: one stays, and both go on with it.
    /// </summary>
    private const string First = "first";

    private volatile bool _none;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var stored = keys.ListAsync(KeyUse.DataProtection, CancellationToken.None).GetAwaiter().GetResult();
        _none = stored.IsEmpty;
        return [.. stored.Select(key => XElement.Parse(key.Text))];
    }

    public void StoreElement(XElement element, string friendlyName) =>
        keys.AddAsync(KeyUse.DataProtection, new KeyDocument(_none ? First : friendlyName, element.ToString(SaveOptions.DisableFormatting)), CancellationToken.None).GetAwaiter().GetResult();
}
