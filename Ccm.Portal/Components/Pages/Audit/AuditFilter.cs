using System.Globalization;
using Ccm.Engine.Documents;
using Ccm.Portal.Api;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>What of the trail is shown; it stands in the page's address, in the words of the REST interface. Empty is any.</summary>
/// <param name="Range">One of <see cref="AuditRanges"/>; empty: from and until count.</param>
/// <param name="Open">Events that are opened, by sequence.</param>
public sealed record AuditFilter(
    string Subject = "", string Type = "", string Actor = "", string Text = "", string OperationId = "", string Range = "", DateTimeOffset? From = null, DateTimeOffset? Until = null, string Open = "", AuditVia? Via = null)
{
    private const int LongestValue = 500;

    public bool IsEmpty => this with { Open = "" } == new AuditFilter();

    public bool HasTimes => Range.Length == 0 && (From is not null || Until is not null);

    public IReadOnlySet<long> Opened => Open.Split(',').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : 0).Where(sequence => sequence > 0).ToHashSet();

    /// <summary>From an address; what makes no sense counts as not there.</summary>
    public static AuditFilter Read(
        string? subject, string? type, string? actor, string? text, string? operationId, string? range, string? from, string? until, string? open, string? via)
    {
        return new AuditFilter(Short(subject), Short(type), Short(actor), Short(text), Short(operationId), AuditRanges.Find(range) is null ? "" : range!, Time(from), Time(until), Short(open), Words.ValueOf<AuditVia>(via));

        static string Short(string? value) => value?.Trim() is { Length: <= LongestValue } known && !known.Any(Query.IsNoText) ? known : "";
        static DateTimeOffset? Time(string? value) => Times.TryRead(value, out var time) ? time : null;
    }

    public AuditFilter Toggle(long sequence)
    {
        var opened = Opened.ToList();
        if (!opened.Remove(sequence))
            opened.Add(sequence);
        var open = string.Join(',', opened.Select(open => open.ToString(CultureInfo.InvariantCulture)));
        // An address holds no more: those that were opened first are closed.
        return this with { Open = open.Length <= LongestValue ? open : open[(open.IndexOf(',', open.Length - LongestValue - 1) + 1)..] };
    }

    public string Address(NavigationManager navigation) => navigation.GetUriWithQueryParameters("/audit", Parameters);

    /// <param name="format">csv or json.</param>
    public string ExportAddress(NavigationManager navigation, string format) =>
        navigation.GetUriWithQueryParameters(AuditExport.Path, (this with { Open = "" }).Parameters.Append(new("format", format)).ToDictionary());

    public AuditQuery ToQuery(DateTimeOffset now) => new(NullOf(Subject), NullOf(Type), NullOf(Actor), NullOf(Text), NullOf(OperationId),
        AuditRanges.Find(Range) is { } length ? now - length : From, Range.Length == 0 ? Until : null, Via: Via);

    private Dictionary<string, object?> Parameters => new()
    {
        ["subject"] = NullOf(Subject), ["type"] = NullOf(Type), ["actor"] = NullOf(Actor), ["text"] = NullOf(Text), ["via"] = Via is { } via ? AuditApi.Spell(via) : null, ["operationId"] = NullOf(OperationId),
        ["range"] = NullOf(Range), ["from"] = Range.Length == 0 ? Written(From) : null, ["until"] = Range.Length == 0 ? Written(Until) : null, ["event"] = NullOf(Open),
    };

    private static string? NullOf(string text) => text.Length == 0 ? null : text;

    private static string? Written(DateTimeOffset? time) => time?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
