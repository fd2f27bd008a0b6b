using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Ccm.Portal.Identity.Embedded;

/// <summary>
/// Lets the portal's own OpenID handler use the provider in the same process. Its address is whatever the browser used, so
/// it is worked out per request: with <c>--urls</c> or port 0 nobody knows it earlier.
/// </summary>
internal static class SelfExchange
{
    public static void Use(OpenIdConnectOptions options, EmbeddedKeys keys)
    {
        options.Configuration = new OpenIdConnectConfiguration
        {
            AuthorizationEndpoint = EmbeddedAuthority.AuthorizePath,
            TokenEndpoint = EmbeddedAuthority.TokenPath,
            EndSessionEndpoint = EmbeddedAuthority.LogoutPath,
        };
        // The code travels over this machine's loopback only: no proxy belongs between, and a certificate proves nothing to oneself.
        options.BackchannelHttpHandler = new HttpClientHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        options.TokenValidationParameters.IssuerSigningKey = keys.Signing;
        // The issuer is the address of the request, which the caller chooses; what proves the origin is the key, held by us alone.
        options.TokenValidationParameters.ValidateIssuer = false;
        options.Events.OnRedirectToIdentityProvider = MakeAbsolute;
        options.Events.OnRedirectToIdentityProviderForSignOut = MakeAbsolute;
        options.Events.OnAuthorizationCodeReceived = RedeemAsync;
    }

    private static Task MakeAbsolute(RedirectContext context)
    {
        var request = context.Request;
        context.ProtocolMessage.IssuerAddress = $"{request.Scheme}://{request.Host}{request.PathBase}{context.ProtocolMessage.IssuerAddress}";
        return Task.CompletedTask;
    }

    /// <summary>
    /// Redeems the code at the very socket that this request came in by, under the same host name: the name is the
    /// caller's word and must not decide where the portal connects to.
    /// </summary>
    private static async Task RedeemAsync(AuthorizationCodeReceivedContext context)
    {
        var request = context.Request;
        var local = context.HttpContext.Connection;
        var address = new UriBuilder(request.Scheme, local.LocalIpAddress!.ToString(), local.LocalPort, request.PathBase + EmbeddedAuthority.TokenPath);
        using var message = new HttpRequestMessage(HttpMethod.Post, address.Uri)
        {
            Content = new FormUrlEncodedContent(context.TokenEndpointRequest!.Parameters),
        };
        message.Headers.Host = request.Host.Value;
        using var response = await context.Backchannel.SendAsync(message, context.HttpContext.RequestAborted);
        var answer = new OpenIdConnectMessage(await response.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
        if (response.IsSuccessStatusCode)
            context.HandleCodeRedemption(answer);
        else
            context.Fail($"The embedded provider refused the code: {answer.Error} {answer.ErrorDescription}");
    }
}
