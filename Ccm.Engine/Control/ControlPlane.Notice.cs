using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Engine.Control;

public sealed partial class ControlPlane
{
    /// <summary>Characters of a notice at the most.</summary>
    public const int LongestNotice = 500;

    private static readonly TimeSpan FarthestNotice = TimeSpan.FromDays(366);

    /// <summary>
    /// Tells everybody, on every replica, in the place of what was told before. Allowed while the outbox is full: what is amiss may be just
    /// what has to be told.
    /// </summary>
    /// <param name="until">Null: until it is withdrawn.</param>
    /// <exception cref="RefusedException">Not allowed, no text, too long, or over before it begins.</exception>
    public Task<Notice> PostNoticeAsync(Actor actor, Operation operation, string text, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.PostNotice, "post a notice");
        var told = text.Trim();
        if (told.Length is 0 or > LongestNotice)
            throw RefusedException.Invalid("text", told.Length == 0 ? "The notice has no text." : $"The notice has {told.Length} characters.", $"Write 1 to {LongestNotice} characters.");
        if (told.Any(character => char.IsControl(character) && character is not ('\n' or '\r' or '\t')))
            throw RefusedException.Invalid("text", "The notice holds control characters.", "Write plain text.");
        var now = time.GetUtcNow();
        if (until is { } end && (end <= now || end > now + FarthestNotice))
            throw RefusedException.Invalid("until", $"The notice would end at {end:u}, and it is {now:u}.", "Give a time to come, at most a year ahead, or none.");
        return CommitAsync(actor, operation, (snapshot, mutation) =>
        {
            var notice = new Notice(told, until, mutation.Now, actor.Name);
            mutation.PutNotice(notice, snapshot.Notice?.ModRevision ?? 0);
            mutation.Event(EventTypes.NoticePosted, Subjects.Notice, $"{actor.Name} posted it.", snapshot.Notice?.Value, notice);
            return Task.FromResult(notice);
        }, snapshot => Task.FromResult(snapshot.Notice?.Value ?? new Notice(told, until, now, actor.Name)), cancellationToken);
    }

    /// <summary>Nothing is told any more; that may be so already.</summary>
    /// <exception cref="RefusedException">Not allowed.</exception>
    public Task WithdrawNoticeAsync(Actor actor, Operation operation, CancellationToken cancellationToken)
    {
        Authorise(actor, Permission.PostNotice, "withdraw a notice");
        return CommitAsync(actor, operation, (snapshot, mutation) =>
        {
            if (snapshot.Notice is not { } notice)
            {
                mutation.Guard(StateKeys.Notice, 0);
                return Task.FromResult(true);
            }
            mutation.PutNotice(null, notice.ModRevision);
            mutation.Event(EventTypes.NoticeWithdrawn, Subjects.Notice, $"{actor.Name} withdrew it.", notice.Value, null);
            return Task.FromResult(true);
        }, _ => Task.FromResult(true), cancellationToken);
    }
}
