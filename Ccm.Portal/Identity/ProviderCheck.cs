using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Json;
using Ccm.Portal.Identity.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Ccm.Portal.Identity;

/// <summary>
/// Asks an external provider whether what it said at sign-in still holds, so that somebody who left a group loses the role while
/// their pages are open. Only what it clearly says counts: a provider that is away, or tells no groups in its user info, changes nothing.
/// </summary>
internal sealed partial class ProviderCheck(
    TicketStore tickets, ISessionRegistry registry, IOptionsMonitor<OpenIdConnectOptions> oidc, IdentitySettings settings, SessionEvents events, TimeProvider time, ILogger<ProviderCheck> logger)
{
    /// <summary>Marks a ticket whose roles came from the user info: elsewhere their absence there would mean nothing.</summary>
    public const string RolesInUserInfo = "ccm.roles-in-user-info";

    /// <summary>One replica asks for all; a little less than the watch's period, so that each round finds the last claim gone.</summary>
    private static readonly TimeSpan Claimed = SessionWatch.Period - TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private long _awayUntil;

    public async Task CheckAsync(string key, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow().Ticks < Volatile.Read(ref _awayUntil) || !await registry.ClaimAsync($"check:{key}", Claimed))
            return;
        if (await tickets.RetrieveAsync(key) is not { } ticket)
            return;
        using var soon = new CancellationTokenSource(Patience, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancellationToken);
        try
        {
            await CheckAsync(key, ticket, oidc.Get(OpenIdConnectDefaults.AuthenticationScheme), until.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException or JsonException)
        {
            // Existing sessions outlive the provider. The others need not each wait for it in vain.
            Volatile.Write(ref _awayUntil, (time.GetUtcNow() + Claimed).Ticks);
            LogAway(exception);
        }
    }

    private async Task CheckAsync(string key, AuthenticationTicket ticket, OpenIdConnectOptions options, CancellationToken cancellationToken)
    {
        var provider = await options.ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        if (string.IsNullOrEmpty(provider.UserInfoEndpoint) || ticket.Properties.GetTokenValue(OpenIdConnectParameterNames.AccessToken) is not { Length: > 0 } token)
            return;
        var answer = await AskAsync(options, provider, token, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized && ticket.Properties.GetTokenValue(OpenIdConnectParameterNames.RefreshToken) is { Length: > 0 } refresh)
        {
            if (await RefreshAsync(options, provider, refresh, cancellationToken) is not { } fresh)
            {
                LogEnded(ticket.Principal.FindFirst(IdentityClaims.Subject)?.Value);
                await tickets.RemoveAsync(key);
                events.SignedOut(Actors.ActorOf(ticket.Principal), "The identity provider no longer vouches for them.");
                return;
            }
            await tickets.UpdateAsync(key, kept => Keep(kept, fresh));
            answer = await AskAsync(options, provider, fresh.AccessToken, cancellationToken);
        }
        if (answer is { IsSuccessStatusCode: true, Content.Headers.ContentType.MediaType: "application/json" } && ticket.Properties.Items.ContainsKey(RolesInUserInfo))
            await TakeOverAsync(key, ticket, options, await answer.Content.ReadAsStringAsync(cancellationToken));
        else if (answer.StatusCode >= HttpStatusCode.InternalServerError)
            throw new HttpRequestException($"The provider answered {(int)answer.StatusCode} to a question for user info.");
    }

    private async Task TakeOverAsync(string key, AuthenticationTicket ticket, OpenIdConnectOptions options, string json)
    {
        using var info = JsonDocument.Parse(json);
        var told = new ClaimsIdentity();
        foreach (var action in options.ClaimActions)
            action.Run(info.RootElement, told, options.ClaimsIssuer ?? ClaimsIdentity.DefaultIssuer);
        var subject = ticket.Principal.FindFirst(IdentityClaims.Subject)!.Value;
        if (!info.RootElement.TryGetProperty(IdentityClaims.Subject, out var about) || about.GetString() != subject)
            return;
        var provided = new ClaimsPrincipal(told);
        var roles = settings.Roles.RolesOf(provided).Distinct().Order().ToList();
        if (roles.SequenceEqual(Actors.RolesOf(ticket.Principal).Order()))
            return;
        var name = ticket.Principal.FindFirst(IdentityClaims.Name)?.Value ?? subject;
        LogRoles(name, string.Join(", ", roles));
        if (await tickets.UpdateAsync(key, Renewed))
            await registry.TellAsync(key);

        AuthenticationTicket Renewed(AuthenticationTicket kept)
        {
            if (SessionFacts.Of(kept.Properties) is { } facts)
                (facts with { Groups = [.. settings.Roles.GroupsOf(provided)] }).WriteTo(kept.Properties);
            return new AuthenticationTicket(IdentityClaims.Principal(subject, name, roles), kept.Properties, kept.AuthenticationScheme);
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(OpenIdConnectOptions options, OpenIdConnectConfiguration provider, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, provider.UserInfoEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await options.Backchannel.SendAsync(request, cancellationToken);
    }

    /// <summary>Null once the provider no longer honours what it gave.</summary>
    private async Task<OpenIdConnectMessage?> RefreshAsync(OpenIdConnectOptions options, OpenIdConnectConfiguration provider, string refresh, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["refresh_token"] = refresh, ["client_id"] = settings.ClientId };
        if (settings.ClientSecret is { } secret)
            fields["client_secret"] = secret;
        using var response = await options.Backchannel.PostAsync(provider.TokenEndpoint, new FormUrlEncodedContent(fields), cancellationToken);
        var answer = new OpenIdConnectMessage(await response.Content.ReadAsStringAsync(cancellationToken));
        if (response.IsSuccessStatusCode && !string.IsNullOrEmpty(answer.AccessToken))
            return answer;
        return answer.Error == "invalid_grant" ? null : throw new HttpRequestException($"The provider answered {(int)response.StatusCode} {answer.Error} to a refresh.");
    }

    private static AuthenticationTicket Keep(AuthenticationTicket ticket, OpenIdConnectMessage fresh)
    {
        ticket.Properties.UpdateTokenValue(OpenIdConnectParameterNames.AccessToken, fresh.AccessToken);
        // One that is not replaced goes on being good.
        if (!string.IsNullOrEmpty(fresh.RefreshToken))
            ticket.Properties.UpdateTokenValue(OpenIdConnectParameterNames.RefreshToken, fresh.RefreshToken);
        return ticket;
    }

    [LoggerMessage(7301, LogLevel.Warning, "The identity provider could not be asked; sessions go on as they are.")]
    private partial void LogAway(Exception exception);

    [LoggerMessage(7302, LogLevel.Information, "The provider no longer vouches for {Subject}; the session is ended.")]
    private partial void LogEnded(string? subject);

    [LoggerMessage(7303, LogLevel.Information, "{Name} has these roles from now on: {Roles}.")]
    private partial void LogRoles(string name, string roles);
}
