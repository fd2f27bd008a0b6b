using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Components.Pages.SystemStatus;

/// <summary>What everybody is told, and where an admin tells it.</summary>
public sealed partial class NoticePanel
{
    private Notice? _shown;
    private string _text = "";
    private DateTime? _until;

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
            (_text, _until) = ("", null);
    }

    private Task WithdrawAsync() => TryAsync(() => Control.WithdrawNoticeAsync(Actor!, Operation.New(), Left), "The notice is taken down.");
}
