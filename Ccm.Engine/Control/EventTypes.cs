using Ccm.Engine.Domain;

namespace Ccm.Engine.Control;

/// <summary>Types of the events that leave CCM, as the rules name them.</summary>
public static class EventTypes
{
    public const string DefinitionCreated = "ccm.lablet.definition.created";
    public const string DefinitionVersionCreated = "ccm.lablet.definition.version.created";
    public const string DefinitionDeprecated = "ccm.lablet.definition.deprecated";
    public const string DefinitionDeleted = "ccm.lablet.definition.deleted";

    /// <summary>Active again: a deletion was refused, or what was deleted is published again.</summary>
    public const string DefinitionRestored = "ccm.lablet.definition.restored";
    public const string InstanceGraded = "ccm.lablet.instance.graded";
    public const string InstanceRetried = "ccm.lablet.instance.retried";
    public const string InstanceExtended = "ccm.lablet.instance.extended";
    public const string InstanceTargetChanged = "ccm.lablet.instance.target-changed";
    public const string WorkerDrainCancelled = "ccm.worker.drain-cancelled";
    public const string WorkerDrainOverdue = "ccm.worker.drain-overdue";
    public const string WorkerUnreachable = "ccm.worker.unreachable";
    public const string WorkerReachable = "ccm.worker.reachable";
    public const string WorkerLost = "ccm.worker.lost";
    public const string WorkerTroubleChanged = "ccm.worker.trouble-changed";
    public const string WorkerTargetChanged = "ccm.worker.target-changed";
    public const string TemplateCreated = "ccm.worker.template.created";
    public const string TemplateUpdated = "ccm.worker.template.updated";
    public const string TemplateDeleted = "ccm.worker.template.deleted";
    public const string LeaderElected = "ccm.leader.elected";
    public const string LeaderLost = "ccm.leader.lost";
    public const string ScalingUpDecided = "ccm.scaling.up.decided";
    public const string ScalingUpSkipped = "ccm.scaling.up.skipped";
    public const string ScalingDownDecided = "ccm.scaling.down.decided";
    public const string ScalingDownSkipped = "ccm.scaling.down.skipped";

    public const string SessionSignedIn = "ccm.session.signed-in";
    public const string SessionSignedOut = "ccm.session.signed-out";
    public const string SessionRefused = "ccm.session.refused";

    public const string NoticePosted = "ccm.system.notice.posted";
    public const string NoticeWithdrawn = "ccm.system.notice.withdrawn";

    /// <summary>Told to CCM by an assessment platform: the evidence of an instance is gathered.</summary>
    public const string CollectionCompleted = "assessment.collection.completed";

    /// <summary>Told to CCM: the score of an instance.</summary>
    public const string GradingCompleted = "assessment.grading.completed";

    public static string Of(InstanceState state) => $"ccm.lablet.instance.{state.ToString().ToLowerInvariant()}";

    public static string Of(WorkerState state) => $"ccm.worker.{state.ToString().ToLowerInvariant()}";
}

/// <summary>Subjects of events: the resource each is about.</summary>
public static class Subjects
{
    public static string Instance(string id) => $"instances/{id}";

    public static string Worker(string id) => $"workers/{id}";

    public static string Definition(string name) => $"definitions/{name}";

    /// <param name="key">The leader key, as <c>/ccm/scheduler/leader</c>.</param>
    public static string Leader(string key) => $"leaders/{key.Split('/')[2]}";

    /// <summary>Of what is about the whole of CCM.</summary>
    public const string Notice = "system/notice";

    public static string User(string id) => $"users/{id}";

    public static string Template(string name) => $"templates/{name}";
}
