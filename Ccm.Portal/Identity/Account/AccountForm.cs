using Microsoft.AspNetCore.Antiforgery;

namespace Ccm.Portal.Identity.Account;

/// <summary>A form sent to an account endpoint.</summary>
internal static class AccountForm
{
    /// <summary>The form; null when it is none, is malformed, or lacks this browser's antiforgery token.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!context.Request.HasFormContentType)
            return null;

        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return await antiforgery.IsRequestValidAsync(context) ? form : null;
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }
}
