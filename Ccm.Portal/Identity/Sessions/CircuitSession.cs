using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Ccm.Portal.Identity.Sessions;

/// <summary>
/// Ties a circuit to the session that let it in: when that ends, whoever looks is nobody at once, and when its roles change, so do
/// those by which the circuit's next act is judged.
/// </summary>
internal sealed class CircuitSession(SessionWatch watch, AuthenticationStateProvider provider) : CircuitHandler, IDisposable
{
    private readonly Lock _lock = new();
    private IDisposable? _following;
    private string? _key;
    private bool _over;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        provider.AuthenticationStateChanged += OnChanged;
        Follow((await provider.GetAuthenticationStateAsync()).User);
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        provider.AuthenticationStateChanged -= OnChanged;
        lock (_lock)
        {
            _over = true;
            _following?.Dispose();
        }
    }

    /// <summary>A browser that comes back after a pause may do so by another session.</summary>
    private void OnChanged(Task<AuthenticationState> state) => _ = FollowAsync(state);

    private async Task FollowAsync(Task<AuthenticationState> state)
    {
        // A state that fails says nothing new; whoever shows by it meets the failure.
        await ((Task)state).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (state.IsCompletedSuccessfully)
            Follow((await state).User);
    }

    private void Follow(ClaimsPrincipal user)
    {
        var key = user.FindFirst(IdentityClaims.Ticket)?.Value;
        lock (_lock)
        {
            if (_over || key is null || key == _key)
                return;
            _following?.Dispose();
            _key = key;
            _following = watch.Follow(user, Become);
        }
    }

    private void Become(ClaimsPrincipal? now) => ((IHostEnvironmentAuthenticationStateProvider)provider)
        .SetAuthenticationState(Task.FromResult(new AuthenticationState(now ?? new ClaimsPrincipal(new ClaimsIdentity()))));
}
