namespace Ccm.Engine.State;

/// <summary>The keys of CCM; the founding document names the first seven.</summary>
public static class StateKeys
{
    public const string Root = "/ccm/";
    public const string Instances = "/ccm/instances/";
    public const string Workers = "/ccm/workers/";
    public const string Definitions = "/ccm/definitions/";
    public const string Templates = "/ccm/templates/";
    public const string Outbox = "/ccm/outbox/";
    public const string AuditHead = "/ccm/audit/head";
    public const string Simulator = "/ccm/simulator/";

    /// <summary>Which worker each host of the static provider belongs to.</summary>
    public const string StaticHosts = "/ccm/hosts/static";

    /// <summary>What an admin tells everybody.</summary>
    public const string Notice = "/ccm/notice";

    /// <summary>What each replica tells of itself, bound to its lease.</summary>
    public const string Replicas = "/ccm/replicas/";

    public const string SchedulerLeader = "/ccm/scheduler/leader";
    public const string ControllerLeader = "/ccm/controller/leader";

    public static string InstanceState(string id) => $"/ccm/instances/{id}/state";

    public static string InstanceWorker(string id) => $"/ccm/instances/{id}/worker";

    public static string WorkerState(string id) => $"/ccm/workers/{id}/state";

    public static string WorkerCapacity(string id) => $"/ccm/workers/{id}/capacity";

    public static string WorkerPorts(string id) => $"/ccm/workers/{id}/ports";

    public static string Definition(string name) => Definitions + name;

    public static string Template(string name) => Templates + name;

    public static string Replica(string id) => Replicas + id;

    public static string OutboxEntry(string operationId) => Outbox + operationId;
}
