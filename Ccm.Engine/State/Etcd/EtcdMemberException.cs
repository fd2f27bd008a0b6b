namespace Ccm.Engine.State.Etcd;

/// <summary>A server that cannot be used now; nothing of the call was sent to it.</summary>
/// <param name="permanent">Waiting does not heal it: a setting or the server has to be changed.</param>
internal sealed class EtcdMemberException(string message, bool permanent, Exception? inner = null) : Exception(message, inner)
{
    public bool Permanent => permanent;
}
