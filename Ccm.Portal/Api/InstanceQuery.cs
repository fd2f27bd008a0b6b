using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Api;

/// <summary>What a list of instances was asked for, and by whom.</summary>
internal sealed class InstanceQuery
{
    private readonly Actor _actor;
    private readonly Query _query;
    private readonly ImmutableHashSet<InstanceState>? _states;
    private readonly ImmutableHashSet<Outcome>? _outcomes;
    private readonly string? _definition;
    private readonly string? _worker;
    private readonly string? _owner;

    private InstanceQuery(Query query, Actor actor)
    {
        (_actor, _query) = (actor, query);
        _states = query.AnyOf<InstanceState>("state", Query.Capitals);
        _outcomes = query.AnyOf<Outcome>("outcome", outcome => outcome.ToString());
        (_definition, _worker, _owner) = (query.Text("definitionId"), query.Text("workerId"), query.Text("ownerId"));
    }

    public static InstanceQuery Of(HttpRequest request, Actor actor) => new(Query.OfList(request, "state", "definitionId", "workerId", "ownerId", "outcome"), actor);

    /// <summary>Few of many are looked up by their state; else they come in order, and the page's end is the end of the work.</summary>
    public Page<InstanceView> Answer(FleetSnapshot snapshot) =>
        _states is not null && _states.Sum(state => snapshot.InstancesByState.GetValueOrDefault(state)?.Count ?? 0) < snapshot.Instances.Count / 10
            ? Answer(_states.SelectMany(snapshot.In))
            : Page(snapshot.NewestFirst.Select(place => snapshot.Instances[place.Id]).Where(IsAskedFor));

    /// <param name="all">In any order.</param>
    public Page<InstanceView> Answer(IEnumerable<InstanceEntry> all) => Page(all.Where(IsAskedFor).OrderBy(InstancePlace.Of, InstancePlace.NewestFirst));

    private Page<InstanceView> Page(IEnumerable<InstanceEntry> inOrder) =>
        Paging.Of(inOrder, entry => Paging.NewestFirst(entry.Value.CreatedAt, entry.Id), _query, InstanceView.Of, inOrder: true);

    private bool IsAskedFor(InstanceEntry entry) => Reading.MayRead(_actor, entry.Value)
        && _states?.Contains(entry.Value.State) != false
        && (_outcomes is null || (entry.Value.Outcome is { } outcome && _outcomes.Contains(outcome)))
        && (_definition is null || entry.Value.DefinitionId == _definition)
        && (_worker is null || entry.WorkerId == _worker)
        && (_owner is null || entry.Value.OwnerId == _owner);
}
