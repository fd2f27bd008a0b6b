using Ccm.Engine.Control;
using Ccm.Engine.Documents;
using Ccm.Engine.Lifecycle;
using Ccm.Engine.Watching;
using Ccm.Portal.Api;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Ccm.Portal.Components.Pages.Audit;

/// <summary>The audit trail, newest first. What comes in is counted and shown when asked for: rows never move under the eye.</summary>
public sealed partial class AuditPage
{
    private const int PageSize = 100;

    /// <summary>Read at once below what is shown already, as somebody scrolls on.</summary>
    private const int OlderSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly List<AuditEvent> _events = [];
    private List<AuditLine> _lines = [];
    private readonly SortedDictionary<string, string> _people = new(StringComparer.Ordinal);
    private AuditFilter _filter = new();
    private AuditFilter? _shown;
    private IReadOnlySet<long> _opened = new HashSet<long>();
    private string? _problem;
    private bool _more;
    private bool _reading;
    private bool _looking;
    private bool _lookAgain;
    private int _newer;
    private long _seen;
    private int _reads;

    /// <summary>Another one, and the table begins at its top again.</summary>
    private int _top;

    [SupplyParameterFromQuery(Name = "subject")]
    private string? Subject { get; set; }

    [SupplyParameterFromQuery(Name = "type")]
    private string? Type { get; set; }

    [SupplyParameterFromQuery(Name = "actor")]
    private string? By { get; set; }

    [SupplyParameterFromQuery(Name = "text")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "via")]
    private string? Via { get; set; }

    [SupplyParameterFromQuery(Name = "operationId")]
    private string? OperationId { get; set; }

    [SupplyParameterFromQuery(Name = "range")]
    private string? Range { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "until")]
    private string? Until { get; set; }

    [SupplyParameterFromQuery(Name = "event")]
    private string? Open { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IOptions<RetentionOptions> Retention { get; set; } = null!;

    protected override async Task OnParametersSetAsync()
    {
        _filter = AuditFilter.Read(Subject, Type, By, Text, OperationId, Range, From, Until, Open, Via);
        _opened = _filter.Opened;
        _lines = AuditLine.Of(_events, _opened);
        if (!May(Engine.Domain.Permission.ReadAll) || _shown == _filter with { Open = "" })
            return;
        _shown = _filter with { Open = "" };
        await ReadAsync(null);
        // Behind an address that opens an old event stands that event, not the newest.
        if (_opened.Count > 0 && _events.Count > 0 && _opened.Max() is var open && open < _events[^1].Sequence)
            await ReadAsync(open + 1);
    }

    /// <summary>The relay has moved something into the trail: only that is looked for, and nothing painted before it is found.</summary>
    protected override bool Apply(FleetChange change)
    {
        if (change.Outbox && _shown is not null)
            Begin(CountNewerAsync);
        return false;
    }

    private void Go(AuditFilter filter) => Navigation.NavigateTo(filter.Address(Navigation), replace: true);

    private void Toggle(long sequence) => Go(_filter.Toggle(sequence));

    private void OnlyActor(string actor) => Go(_filter with { Actor = actor, Open = "" });

    private async Task ShowNewestAsync()
    {
        Go(_filter with { Open = "" });
        await ReadAsync(null);
    }

    private Task ShowOlderAsync() => !_more || _reading ? Task.CompletedTask : AskAsync(_filter.ToQuery(Time.GetUtcNow()) with { Before = _events[^1].Sequence }, add: true);

    /// <param name="before">Null: the newest.</param>
    private Task ReadAsync(long? before) => AskAsync(_filter.ToQuery(Time.GetUtcNow()) with { Before = before }, add: false);

    private async Task AskAsync(AuditQuery query, bool add)
    {
        var read = ++_reads;
        _reading = true;
        try
        {
            // Asked before the events: what comes between the two is newer than the one, and counted unless it is among the others.
            var newest = add || query.Before is not null ? null : (await Control.ReadAuditAsync(new AuditQuery(Limit: 1), Left)).FirstOrDefault();
            var size = add ? OlderSize : PageSize;
            var events = await Control.ReadAuditAsync(query with { Limit = size + 1 }, Left);
            // An answer that a later question has overtaken is another filter's.
            if (read != _reads)
                return;
            if (!add)
            {
                _events.Clear();
                (_newer, _top) = (0, _top + 1);
                _seen = Math.Max(query.Before - 1 ?? newest?.Sequence ?? 0, events.FirstOrDefault()?.Sequence ?? 0);
                if (query.Before is not null)
                    Begin(CountNewerAsync);
            }
            _events.AddRange(events.Take(size));
            _lines = AuditLine.Of(_events, _opened);
            _more = events.Length > size;
            _problem = null;
            foreach (var audited in events)
                _people[audited.Actor] = EventData.Of(audited).ActorName;
        }
        catch (RefusedException refused)
        {
            if (read == _reads)
                _problem = $"Events cannot be read now; what is shown stands. {(refused.Kind == RefusalKind.Invalid ? refused.Message : refused.Problems[0].Reason)}";
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            // The page was left.
        }
        finally
        {
            if (read == _reads)
                _reading = false;
        }
    }

    /// <summary>One question at a time and one a second at the most, however fast events come in.</summary>
    private async Task CountNewerAsync()
    {
        _lookAgain = true;
        if (_looking)
            return;
        _looking = true;
        try
        {
            while (_lookAgain)
            {
                _lookAgain = false;
                var read = _reads;
                var query = _filter.ToQuery(Time.GetUtcNow()) with { After = _seen, Limit = PageSize + 1 };
                var newer = (await Control.ReadAuditAsync(query, Left)).Length;
                if (read == _reads && newer != _newer)
                {
                    _newer = newer;
                    StateHasChanged();
                }
                await Task.Delay(Pause, Time, Left);
            }
        }
        catch (RefusedException)
        {
            // Told where events are asked for; the next change asks again.
        }
        finally
        {
            _looking = false;
        }
    }
}
