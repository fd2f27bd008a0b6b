using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Portal.Identity;

/// <summary>
/// What an external provider says of itself: its addresses and its keys. Read at first use and again once an hour, and at once when a
/// token names a key that is not among them; while the provider is away what was read last goes on being good.
/// </summary>
internal sealed class ProviderMetadata(Uri authority, HttpClient client, TimeProvider time) : BaseConfigurationManager, IConfigurationManager<OpenIdConnectConfiguration>, IDisposable
{
    private static readonly TimeSpan Lasting = TimeSpan.FromHours(1);

    /// <summary>A forged token names any key it likes: that must not make a request each.</summary>
    private static readonly TimeSpan AtTheMostEvery = TimeSpan.FromSeconds(10);

    private readonly string _issuer = authority.ToString().TrimEnd('/');
    private readonly SemaphoreSlim _reading = new(1);
    private OpenIdConnectConfiguration? _known;
    private DateTimeOffset _readAt;
    private DateTimeOffset _refreshedAt;
    private bool _stale;
    private (DateTimeOffset At, string? Problem) _looked;

    /// <exception cref="InvalidOperationException">It was never read and cannot be read now; the message says why.</exception>
    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        if (Usable() is { } usable)
            return usable;
        await _reading.WaitAsync(cancel);
        try
        {
            if (Usable() is { } meanwhile)
                return meanwhile;
            _stale = false;
            _known = await ReadAsync(cancel);
            _readAt = time.GetUtcNow();
            return _known;
        }
        catch (InvalidOperationException) when (_known is not null)
        {
            // Asked again in a while, and by the next token with an unknown key.
            _readAt = time.GetUtcNow();
            return _known;
        }
        finally
        {
            _reading.Release();
        }
    }

    public override async Task<BaseConfiguration> GetBaseConfigurationAsync(CancellationToken cancel) => await GetConfigurationAsync(cancel);

    public override void RequestRefresh()
    {
        var now = time.GetUtcNow();
        if (now - _refreshedAt < AtTheMostEvery)
            return;
        _refreshedAt = now;
        _stale = true;
    }

    /// <summary>Asks the provider just now, whatever is known of it.</summary>
    /// <exception cref="InvalidOperationException">Why it cannot be used.</exception>
    public async Task<OpenIdConnectConfiguration> ReadAsync(CancellationToken cancel)
    {
        var address = $"{_issuer}/.well-known/openid-configuration";
        try
        {
            var read = await OpenIdConnectConfigurationRetriever.GetAsync(address, new HttpDocumentRetriever(client) { RequireHttps = authority.Scheme == Uri.UriSchemeHttps }, cancel);
            return read.Issuer?.TrimEnd('/') == _issuer ? read
                : throw new InvalidOperationException($"{address} speaks for '{read.Issuer}'. Set Authentication:Oidc:Authority to exactly that, if it is meant.");
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or ArgumentException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            var reason = exception.InnerException?.Message ?? exception.Message;
            throw new InvalidOperationException($"{address} cannot be read: {reason} Check Authentication:Oidc:Authority, and that the provider runs.", exception);
        }
    }

    /// <summary>Why the provider cannot be used just now; null when it can. Asked anew every so often, however many want to know.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancel)
    {
        var (at, problem) = _looked;
        if (time.GetUtcNow() - at < AtTheMostEvery)
            return problem;
        try
        {
            await ReadAsync(cancel);
            problem = null;
        }
        catch (InvalidOperationException exception)
        {
            problem = exception.Message;
        }
        _looked = (time.GetUtcNow(), problem);
        return problem;
    }

    public void Dispose() => _reading.Dispose();

    private OpenIdConnectConfiguration? Usable() => _known is not null && !_stale && time.GetUtcNow() - _readAt < Lasting ? _known : null;
}
