using System.Globalization;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared.Forms;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>What everybody is told, and where an admin tells it.</summary>
public sealed partial class NoticePanel
{
    private Notice? _shown;
    private string _text = "";
    private DateTime? _until;
    private KeptForm? _keeper;

    protected override TimeSpan? LookEvery => TimeSpan.FromSeconds(1);

    protected override void OnParametersSet() => Look();

    protected override bool Apply(FleetChange change)
    {
        if (ReferenceEquals(change.Before.Notice, change.After.Notice))
            return false;
        Look();
        return true;
    }

    /// <summary>One that ends by itself brings no change to take it off by.</summary>
    protected override bool LookAgain()
    {
        var before = _shown;
        Look();
        return before != _shown;
    }

    private void Look() => _shown = Fleet.Notice?.Value is { } notice && notice.IsShown(Time.GetUtcNow()) ? notice : null;

    private async Task PostAsync()
    {
        if (await TryAsync(() => Control.PostNoticeAsync(Actor!, Operation.New(), _text, _until is { } until ? Viewer.FromLocal(until) : null, Left), "Everybody is shown the notice."))
            await DiscardAsync();
    }

    private Task<bool> ResumeAsync(Draft draft)
    {
        _text = draft.Fields.GetValueOrDefault("text", "");
        _until = DateTime.TryParse(draft.Fields.GetValueOrDefault("until"), CultureInfo.InvariantCulture, out var until) ? until : null;
        StateHasChanged();
        return Task.FromResult(_text.Length > 0 || _until is not null);
    }

    private async Task DiscardAsync()
    {
        (_text, _until) = ("", null);
        await _keeper!.DropAsync();
    }

    private Task WithdrawAsync() => TryAsync(() => Control.WithdrawNoticeAsync(Actor!, Operation.New(), Left), "The notice is taken down.");
}
