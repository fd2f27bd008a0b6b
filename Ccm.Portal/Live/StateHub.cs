using Ccm.Engine.Control;
using Ccm.Portal.Identity;
using Microsoft.AspNetCore.SignalR;

namespace Ccm.Portal.Live;

/// <summary>The hub at <c>/hubs/state</c>: stream <c>Subscribe</c> for a snapshot, then deltas with revisions.</summary>
internal sealed class StateHub(StateFeed feed) : Hub
{
    public const string Path = "/hubs/state";

    public IAsyncEnumerable<StateMessage> Subscribe(CancellationToken cancellationToken)
    {
        try
        {
            return feed.ReadAsync(Actors.ActorOf(Context.User!), cancellationToken);
        }
        catch (RefusedException refused)
        {
            throw new HubException(refused.Message);
        }
    }
}
