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
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <param name="opened">Called with the first answer's header, before any batch.</param>
    /// <exception cref="StateCompactedException">The history before the first revision is gone.</exception>
    /// <exception cref="StateStoreUnavailableException">The stream broke or fell silent.</exception>
    public async IAsyncEnumerable<StateBatch> ReadAsync(Action<ResponseHeader> opened, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = connection.Watches.Watch(new CallOptions(EtcdConnection.NeedsLeader, cancellationToken: ended.Token));
        var asking = AskAsync(call.RequestStream, ended.Token);
        try
        {
            var events = new List<Mvccpb.Event>();
            while (true)
            {
                var response = await NextAsync(call.ResponseStream, cancellationToken);
                if (response.Canceled)
                    throw Refusal(response);
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
        catch (Exception exception) when (exception is RpcException or OperationCanceledException or InvalidOperationException)
        {
            // The reading side meets the same end and says why.
        }
    }

    private async Task<WatchResponse> NextAsync(IAsyncStreamReader<WatchResponse> responses, CancellationToken cancellationToken)
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
            if (silence.IsCancellationRequested)
                throw new StateStoreUnavailableException($"The watch heard nothing for {Silence.TotalSeconds:0} s.", exception);
            throw exception is RpcException rpc ? EtcdErrors.Unavailable(rpc) : new StateStoreUnavailableException(exception.Message, exception);
        }
        throw new StateStoreUnavailableException("etcd ended the watch.");
    }

    private static Exception Refusal(WatchResponse response) => response.CompactRevision > 0
        ? new StateCompactedException(response.CompactRevision)
        : new StateStoreUnavailableException($"etcd refused or cancelled the watch: {response.CancelReason}");

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
