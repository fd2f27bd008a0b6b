using System.Runtime.CompilerServices;
using Ccm.Engine.Control;
using Ccm.Portal.Identity;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace Ccm.Portal.Live;

/// <summary>The hub at <c>/hubs/state</c>: stream <c>Subscribe</c> for a snapshot, then deltas with revisions.</summary>
internal sealed class StateHub(StateFeed feed, IServiceProvider services) : Hub
{
    public const string Path = "/hubs/state";

    /// <summary>Streams of one connection: all tell the same, and each costs a copy of what the caller may read.</summary>
    public const int MostStreams = 4;

    /// <summary>One that a browser's session let in ends with it, and when its roles change: the browser comes again with those it has.</summary>
    public override Task OnConnectedAsync()
    {
        var connection = Context;
        if (connection.User!.HasClaim(claim => claim.Type == IdentityClaims.Ticket))
            connection.Items[typeof(SessionWatch)] = services.GetRequiredService<SessionWatch>().Follow(connection.User, _ => connection.Abort());
        return base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.TryGetValue(typeof(SessionWatch), out var following))
            ((IDisposable)following!).Dispose();
        return base.OnDisconnectedAsync(exception);
    }

    public IAsyncEnumerable<StateMessage> Subscribe(CancellationToken cancellationToken)
    {
        // A connection's invocations are taken one by one; only the end of a stream comes from elsewhere.
        if (!Context.Items.TryGetValue(typeof(Streams), out var item))
            Context.Items[typeof(Streams)] = item = new Streams();
        var streams = (Streams)item!;
        if (Volatile.Read(ref streams.Open) >= MostStreams)
            throw new HubException($"This connection has {MostStreams} streams already. Read one of them, or end it first.");
        try
        {
            var messages = feed.ReadAsync(Actors.ActorOf(Context.User!), cancellationToken);
            Interlocked.Increment(ref streams.Open);
            return CountedAsync(messages, streams, cancellationToken);
        }
        catch (RefusedException refused)
        {
            throw new HubException(refused.Message);
        }
    }

    private static async IAsyncEnumerable<StateMessage> CountedAsync(
        IAsyncEnumerable<StateMessage> messages, Streams streams, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in messages.WithCancellation(cancellationToken))
                yield return message;
        }
        finally
        {
            Interlocked.Decrement(ref streams.Open);
        }
    }

    private sealed class Streams
    {
        public int Open;
    }
}
