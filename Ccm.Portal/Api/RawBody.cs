using System.Buffers;
using System.Text;
using Ccm.Engine.Control;
using Microsoft.Net.Http.Headers;

namespace Ccm.Portal.Api;

/// <summary>Reads request bodies up to a bound.</summary>
internal static class RawBody
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body as text, without a byte order mark.</summary>
    /// <param name="most">Bytes.</param>
    /// <exception cref="BadHttpRequestException">413: longer than that.</exception>
    /// <exception cref="RefusedException">Not UTF-8.</exception>
    public static async Task<string> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        if (request.ContentLength > most)
            throw TooLong(most);
        using var body = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (body.Length + read > most)
                    throw TooLong(most);
                body.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        try
        {
            return Utf8.GetString(body.GetBuffer(), 0, (int)body.Length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException exception)
        {
            throw new RefusedException(RefusalKind.Invalid, new Problem(null, $"The body is not UTF-8: byte {exception.Index} is no part of a character.", "Send it as UTF-8."));
        }
    }

    /// <summary>Whether the body is declared as one of these media types; parameters such as a charset are ignored.</summary>
    public static bool Is(HttpRequest request, params ReadOnlySpan<string> mediaTypes) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && mediaTypes.Contains(type.MediaType.Value?.ToLowerInvariant() ?? "");

    private static BadHttpRequestException TooLong(int most) =>
        new($"The body is longer than {most} bytes. Send a shorter one; a lab file may have up to 2 MB.", StatusCodes.Status413PayloadTooLarge);
}
