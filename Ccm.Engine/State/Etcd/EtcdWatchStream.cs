using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// One watch on a stream of its own, so that nothing another watch does can end it. Fragments are put together again, responses taken
/// apart into revisions. It asks for progress itself: an idle prefix stays fresh, and a server that falls silent is found out.
/// </summary>
internal sealed class EtcdWatchStream(EtcdConnection connection, string prefix, long fromRevision)
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <param name="opened">Called with the first answer's header, before any batch.</param>
    /// <exception cref="StateCompactedException">The history before the first revision is gone.</exception>
    /// <exception cref="StateStoreUnavailableException">The stream broke or fell silent.</exception>
    public async IAsyncEnumerable<StateBatch> ReadAsync(Action<ResponseHeader> opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (member, headers) = await PickAsync(cancellationToken);
        using var call = member.Watches.Watch(new CallOptions(headers, cancellationToken: ended.Token));
        var asking = AskAsync(call.RequestStream, ended.Token);
        try
        {
            var events = new List<Mvccpb.Event>();
            while (true)
            {
                var response = await NextAsync(member, call.ResponseStream, cancellationToken);
                if (response.Canceled)
                    throw Refusal(response, headers);
                if (response.Created)
                    opened(response.Header);
                events.AddRange(response.Events);
                if (response.Fragment || response.Created)
                    continue;
                foreach (var batch in Batches(events))
                    yield return batch;
                if (response.Events.Count == 0)
                    yield return new StateBatch(response.Header.Revision, []);
                events.Clear();
            }
        }
        finally
        {
            await ended.CancelAsync();
            await asking;
        }
    }

    /// <summary>Creates the watch, then asks for progress again and again; the only writer of the stream.</summary>
    private async Task AskAsync(IClientStreamWriter<WatchRequest> requests, CancellationToken cancellationToken)
    {
        var (from, until) = EtcdKeys.Prefix(prefix);
        try
        {
            await requests.WriteAsync(new WatchRequest
            {
                CreateRequest = new WatchCreateRequest { Key = from, RangeEnd = until, StartRevision = fromRevision, ProgressNotify = true, Fragment = true },
            }, cancellationToken);
            while (true)
            {
                await Task.Delay(AskEvery, connection.Time, cancellationToken);
                await requests.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() }, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The reading side meets the same end and says why. A write on a connection that has just broken throws what the socket says.
        }
    }

    private async Task<(EtcdMember, Metadata)> PickAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.PickAsync(cancellationToken);
        }
        catch (EtcdMemberException exception)
        {
            throw connection.Unavailable(exception);
        }
    }

    private async Task<WatchResponse> NextAsync(EtcdMember member, IAsyncStreamReader<WatchResponse> responses, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Silence, connection.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            if (await responses.MoveNext(either.Token))
                return responses.Current;
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reason = silence.IsCancellationRequested ? $"the watch heard nothing for {Silence.TotalSeconds:0} s" : exception.Message;
            connection.Leave(member, reason);
            throw silence.IsCancellationRequested || exception is not RpcException
                ? new StateStoreUnavailableException($"etcd (ConnectionStrings:etcd): {reason} from {member.Endpoint}.", exception)
                : connection.Unavailable(exception);
        }
        connection.Leave(member, "the watch ended");
        throw new StateStoreUnavailableException($"etcd (ConnectionStrings:etcd): {member.Endpoint} ended the watch.");
    }

    private Exception Refusal(WatchResponse response, Metadata headers)
    {
        if (response.CompactRevision > 0)
            return new StateCompactedException(response.CompactRevision);
        if (EtcdErrors.IsStaleToken(response.CancelReason))
            connection.Forget(headers);
        return new StateStoreUnavailableException($"etcd (ConnectionStrings:etcd) refused or cancelled the watch: {EtcdErrors.Describe(response.CancelReason) ?? response.CancelReason}");
    }

    /// <summary>A response holds whole revisions, in order.</summary>
    private static IEnumerable<StateBatch> Batches(List<Mvccpb.Event> events)
    {
        var first = 0;
        while (first < events.Count)
        {
            var revision = events[first].Kv.ModRevision;
            var end = first + 1;
            while (end < events.Count && events[end].Kv.ModRevision == revision)
                end++;
            yield return new StateBatch(revision, [.. events.GetRange(first, end - first).Select(EtcdKeys.Event)]);
            first = end;
        }
    }
}
