using System.Collections.Immutable;
using Ccm.Engine.Domain;
using Ccm.Engine.Watching;

namespace Ccm.Portal.Live;

/// <summary>What a change is about, by name and as far as one may know of it.</summary>
internal static class ChangedObjects
{
    public static IEnumerable<string> Of(FleetChange change, Actor? viewer)
    {
        var (before, after) = (change.Before, change.After);
        var all = viewer?.May(Permission.ReadAll) == true;
        // The sets of a resync are not complete.
        var instances = change.IsResync ? Differing(before.Instances, after.Instances, entry => (entry.ModRevision, entry.WorkerId)) : change.Instances;
        foreach (var id in instances.Where(id => all || (after.Instances.GetValueOrDefault(id) ?? before.Instances.GetValueOrDefault(id))?.Value.OwnerId == viewer?.Id))
            yield return $"instances/{id}";
        foreach (var name in Differing(before.Definitions, after.Definitions, entry => entry.ModRevision))
            yield return $"definitions/{name}";
        if (!all)
            yield break;
        foreach (var id in change.IsResync ? Differing(before.Workers, after.Workers, entry => (entry.State.ModRevision, entry.Capacity.ModRevision, entry.Ports.ModRevision)) : change.Workers)
            yield return $"workers/{id}";
        foreach (var name in Differing(before.Templates, after.Templates, entry => entry.ModRevision))
            yield return $"templates/{name}";
        foreach (var key in Differing(before.Leaders, after.Leaders, entry => entry.CreateRevision))
            yield return key;
    }

    /// <summary>Keys put, gone or of another revision; nothing is looked at where nothing was touched.</summary>
    private static IEnumerable<string> Differing<T, TRevision>(ImmutableDictionary<string, T> before, ImmutableDictionary<string, T> after, Func<T, TRevision> revision)
        where T : class
    {
        if (ReferenceEquals(before, after))
            return [];
        return before.Keys.Union(after.Keys).Where(key => !before.TryGetValue(key, out var old) || !after.TryGetValue(key, out var now)
            || !EqualityComparer<TRevision>.Default.Equals(revision(old), revision(now)));
    }
}
