using Ccm.Engine.Documents;
using Ccm.Engine.Domain;
using Ccm.Engine.State;
using Ccm.Engine.Watching;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Adds a template, or one more revision of a deleted one's name.</summary>
    public Task<WorkerTemplate> CreateTemplateAsync(Actor actor, Operation operation, WorkerTemplate template, CancellationToken cancellationToken) =>
        WriteTemplateAsync(actor, operation, template, pointer => pointer is null or { Deleted: true } or { Revision: 0 } ? null
            : RefusedException.Conflict($"Template '{template.Name}' exists already.", "Edit it, or choose another name.", "name"), cancellationToken);

    /// <summary>Makes a new revision; <see cref="WorkerTemplate.Revision"/> is the one that was edited.</summary>
    public Task<WorkerTemplate> UpdateTemplateAsync(Actor actor, Operation operation, WorkerTemplate template, CancellationToken cancellationToken) =>
        WriteTemplateAsync(actor, operation, template, pointer => pointer switch
        {
            null or { Deleted: true } or { Revision: 0 } => RefusedException.NotFound("template", template.Name),
            var now when now.Revision != template.Revision => RefusedException.Conflict(
                $"Template '{template.Name}' is at revision {now.Revision}; yours was made from {template.Revision}.", "Read it again and repeat your edit.", "revision"),
            _ => null,
        }, cancellationToken);

    /// <summary>Refused while workers use it.</summary>
    public Task<TemplatePointer> DeleteTemplateAsync(Actor actor, Operation operation, string name, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.EditTemplates, "delete templates");
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (snapshot, mutation) =>
        {
            var template = await ReadTemplateAsync(name, cancellationToken);
            var pointer = snapshot.Templates[name];
            if (pointer.Value.Workers > 0)
                throw RefusedException.Conflict($"{Counted.Of(pointer.Value.Workers, "worker uses", "workers use")} template '{name}'.", "Terminate them first, or disable the template.");
            var next = pointer.Value with { Deleted = true };
            mutation.PutTemplate(name, next, pointer.ModRevision);
            mutation.Event(EventTypes.TemplateDeleted, Subjects.Template(name), $"{actor.Name} deleted it.", template, null);
            return next;
        }, snapshot => Task.FromResult(snapshot.Templates[name].Value), cancellationToken);
    }

    /// <summary>Adds a template from the configuration unless one of that name was ever there.</summary>
    public async Task SeedTemplateAsync(WorkerTemplate template, CancellationToken cancellationToken)
    {
        if (cache.Current.Templates.ContainsKey(template.Name))
            return;
        try
        {
            await CreateTemplateAsync(Actor.Engine("seed"), Operation.Keyed("ccm/seed", "seed", "templates", template.Name, ""), template with { IsSeeded = true }, cancellationToken);
        }
        catch (RefusedException refused) when (refused.Kind == RefusalKind.Conflict && cache.Current.Templates.ContainsKey(template.Name))
        {
            // Another replica was a moment ahead.
        }
    }

    private Task<WorkerTemplate> WriteTemplateAsync(
        Actor actor, Operation operation, WorkerTemplate template, Func<TemplatePointer?, RefusedException?> refuse, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.EditTemplates, "edit templates");
        TemplateRules.Check(template);
        RefuseWhenOutboxIsFull();
        return CommitAsync(actor, operation, async (_, mutation) =>
        {
            var pointer = await ReadNowAsync<TemplatePointer>(StateKeys.Template(template.Name), cancellationToken);
            if (refuse(pointer?.Value) is { } refusal)
                throw refusal;
            var before = pointer?.Value is { Deleted: false, Revision: > 0 } ? await ReadTemplateAsync(template.Name, cancellationToken) : null;
            var next = template with
            {
                Revision = (pointer?.Value.Revisions is { IsEmpty: false } revisions ? revisions.Max() : 0) + 1,
                IsSeeded = before?.IsSeeded ?? template.IsSeeded,
                CreatedAt = mutation.Now,
                CreatedBy = actor.Id,
                OperationId = operation.Id,
            };
            if (await AskDocumentsAsync(() => templates.UpsertAsync(next, cancellationToken)) == UpsertResult.Different)
                throw RefusedException.Conflict($"Revision {next.Revision} of template '{template.Name}' is being written by somebody else.", "Try again in a minute.");
            mutation.PutTemplate(template.Name,
                new TemplatePointer(next.Revision, [.. pointer?.Value.Revisions ?? [], next.Revision], pointer?.Value.Workers ?? 0, false), pointer?.ModRevision ?? 0);
            mutation.Event(before is null ? EventTypes.TemplateCreated : EventTypes.TemplateUpdated, Subjects.Template(template.Name),
                before is null ? $"{actor.Name} created it." : $"{actor.Name} edited it.", before, next);
            return next;
        }, _ => ReadTemplateAsync(template.Name, cancellationToken), cancellationToken);
    }
}
