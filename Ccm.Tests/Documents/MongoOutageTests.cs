using Ccm.Engine.Documents;
using Ccm.Engine.Documents.MongoDb;
using Ccm.Tests.Servers;

namespace Ccm.Tests.Documents;

/// <summary>A server that goes away is an outage with a reason for people, never an exception of the driver; and it is found again.</summary>
public sealed class MongoOutageTests : IAsyncLifetime
{
    private MongoServer _server = null!;
    private MongoDocuments _documents = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await MongoServer.StartAsync();
        _documents = new MongoDocuments(_server.ConnectionString, 183, TimeProvider.System);
    }

    [Fact]
    public async Task Ask_ServerStopped_IsUnavailableUntilItIsBack()
    {
        var trail = new MongoAuditTrail(_documents);
        await trail.QueryAsync(new AuditQuery(), Cancelled);

        await _server.KillAsync();
        var away = await Assert.ThrowsAsync<DocumentsUnavailableException>(() => trail.QueryAsync(new AuditQuery(), Cancelled));
        await _server.RestartAsync();

        Assert.Matches(@"^MongoDB: 127\.0\.0\.1:\d+ does not answer \(.+\)\.$", away.Message);
        await BackAsync(trail).OrLate();
    }

    [Fact]
    public async Task Ask_ManyWhileTheServerIsSilent_AllButOneAreToldAtOnce()
    {
        var trail = new MongoAuditTrail(_documents);
        await trail.QueryAsync(new AuditQuery(), Cancelled);
        await _server.PauseAsync();
        await Assert.ThrowsAsync<DocumentsUnavailableException>(() => trail.QueryAsync(new AuditQuery(), Cancelled));

        Task waiting;
        while ((waiting = trail.QueryAsync(new AuditQuery(), Cancelled)).IsCompleted)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancelled);
        for (var n = 0; n < 100; n++)
            await Assert.ThrowsAsync<DocumentsUnavailableException>(() => trail.QueryAsync(new AuditQuery(), Cancelled));
        Assert.False(waiting.IsCompleted);
        await _server.ResumeAsync();

        await waiting.ContinueWith(_ => { }, TaskScheduler.Default).OrLate();
        await BackAsync(trail).OrLate();
    }

    [Fact]
    public async Task Ask_NothingListens_SaysWhichServerAndWhy()
    {
        await _server.KillAsync();

        var away = await Assert.ThrowsAsync<DocumentsUnavailableException>(() => _documents.MakeIndexesAsync(Cancelled));

        Assert.StartsWith("MongoDB: 127.0.0.1:", away.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', away.Message);
    }

    [Fact]
    public async Task Ask_CallerGivesUp_IsCancelledAndNotAnOutage()
    {
        using var given = new CancellationTokenSource();
        await given.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new MongoAuditTrail(_documents).QueryAsync(new AuditQuery(), given.Token));
        Assert.Empty(await new MongoAuditTrail(_documents).QueryAsync(new AuditQuery(), Cancelled));
    }

    public async ValueTask DisposeAsync()
    {
        _documents?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private static async Task BackAsync(MongoAuditTrail trail)
    {
        while (true)
        {
            try
            {
                await trail.QueryAsync(new AuditQuery(), Cancelled);
                return;
            }
            catch (DocumentsUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancelled);
            }
        }
    }
}
