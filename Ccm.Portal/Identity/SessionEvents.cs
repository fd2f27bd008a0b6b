using System.Threading.Channels;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.State;

namespace Ccm.Portal.Identity;

/// <summary>Who signed in, out, or was refused, on its way to the audit trail. Whoever tells never waits; what is too much is dropped.</summary>
internal sealed partial class SessionEvents(IServiceProvider services, ILogger<SessionEvents> logger) : BackgroundService
{
    private const int Most = 1000;

    private readonly Channel<(Actor Person, string Type, string Reason)> _told = Channel.CreateBounded<(Actor, string, string)>(
        new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite });

    public void SignedIn(Actor person)
    {
        if (person.Roles.IsEmpty)
            Refused(person, "No group of theirs gives a role.");
        else
            Tell(person, EventTypes.SessionSignedIn, $"Signed in as {string.Join(", ", person.Roles.Select(IdentityClaims.NameOf))}.");
    }

    public void SignedOut(Actor person, string reason) => Tell(person, EventTypes.SessionSignedOut, reason);

    public void Refused(Actor person, string reason) => Tell(person, EventTypes.SessionRefused, reason);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Without an engine, as where identity runs by itself, there is no trail.
        if (services.GetService<ControlPlane>() is not { } control)
            return;
        await foreach (var (person, type, reason) in _told.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (!await control.RecordSessionAsync(person, type, reason, stoppingToken))
                    LogNotTold(type, person.Id, null);
            }
            catch (StateStoreUnavailableException exception)
            {
                LogNotTold(type, person.Id, exception);
            }
        }
    }

    private void Tell(Actor person, string type, string reason) => _told.Writer.TryWrite((person, type, reason));

    [LoggerMessage(7321, LogLevel.Warning, "{Type} of {Person} does not stand in the audit trail.")]
    private partial void LogNotTold(string type, string person, Exception? exception);
}
