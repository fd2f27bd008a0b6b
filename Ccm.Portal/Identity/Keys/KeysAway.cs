using Ccm.Engine.Control;
using Ccm.Portal.Api;
using Ccm.Portal.Identity.Account;
using Microsoft.AspNetCore.Authorization;

namespace Ccm.Portal.Identity.Keys;

/// <summary>
/// Until the keys are read no cookie and no token can be: whatever asks who is there answers 503 and says why. What asks nobody runs
/// as it is, health and files among it, past the handlers behind this, which would remember for good that they found no keys.
/// </summary>
internal sealed class KeysAway(RequestDelegate next, KeyGate gate)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (gate.Waiting is not { } reason)
            await next(context);
        else if (context.GetEndpoint() is { RequestDelegate: { } run } endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null && !context.Request.Path.StartsWithSegments("/account"))
            await run(context);
        else if (context.Request.Path.StartsWithSegments("/api"))
            await ApiProblems.WriteAsync(context, ApiProblems.Of(RefusedException.Unavailable($"Tokens cannot be checked yet, because the document store does not answer: {reason}"))!);
        else
            await AccountPages.KeysAway(context, reason).ExecuteAsync(context);
    }
}
