using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Ccm.Engine.State.Etcd;

/// <summary>
/// Finds out at start what no waiting would heal: a wrong scheme, user or password, a certificate that is not believed, a server too
/// old. An outage is told in the log, and the store serves once the servers do.
/// </summary>
internal sealed partial class EtcdStartCheck(EtcdConnection connection, ILogger logger)
{
    /// <exception cref="StateStoreSettingsException">The settings or the servers have to be changed; the message says which and how.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var faults = await Task.WhenAll(connection.Members.Select(member => FaultAsync(member, cancellationToken)));
        if (faults.All(fault => fault is not null))
        {
            var fault = faults.FirstOrDefault(fault => fault!.Permanent) ?? faults[0]!;
            if (fault.Permanent)
                throw new StateStoreSettingsException(connection.Describe(fault), fault);
            LogAway(connection.Describe(fault));
            return;
        }
        foreach (var fault in faults.OfType<EtcdMemberException>())
            LogMemberAway(connection.Describe(fault));
        await CheckPermissionAsync(cancellationToken);
    }

    private async Task<EtcdMemberException?> FaultAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ProbeAsync(member, cancellationToken);
            return null;
        }
        catch (EtcdMemberException exception)
        {
            return exception;
        }
    }

    /// <summary>Asks for the right to read and write all of CCM's keys with a transaction whose guard never holds.</summary>
    private async Task CheckPermissionAsync(CancellationToken cancellationToken)
    {
        var (from, until) = EtcdKeys.Prefix(StateKeys.Root);
        var never = new TxnRequest { Compare = { new Compare { Key = from, Target = Compare.Types.CompareTarget.Version, Result = Compare.Types.CompareResult.Less, Version = 0 } } };
        never.Success.Add(new RequestOp { RequestRange = new RangeRequest { Key = from, RangeEnd = until, CountOnly = true } });
        never.Success.Add(new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = from, RangeEnd = until } });
        try
        {
            await connection.CallAsync((member, options) => member.Keys.TxnAsync(never, options), repeatable: true, cancellationToken);
        }
        catch (RpcException exception) when (EtcdErrors.IsRefusal(exception))
        {
            throw new StateStoreSettingsException(connection.Describe(exception), exception);
        }
        catch (Exception exception) when (exception is RpcException or EtcdMemberException)
        {
            LogAway(connection.Describe(exception));
        }
    }

    [LoggerMessage(2107, LogLevel.Warning, "CCM starts without its state store and waits for it: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(2108, LogLevel.Warning, "One of the servers cannot be used: {Reason}")]
    private partial void LogMemberAway(string reason);
}
