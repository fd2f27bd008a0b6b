using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Ccm.Portal.Identity;

/// <summary>When a token counts, by CCM's own clock.</summary>
internal static class TokenTimes
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Fails closed whichever way a clock jumps: a token without an end counts for nothing, nor does one from the future, which after a
    /// jump back would outlive its time.
    /// </summary>
    public static LifetimeValidator Validator(TimeProvider time) => (_, _, token, _) =>
    {
        var now = time.GetUtcNow();
        return token is JsonWebToken { ValidTo: var ends } read && ends != DateTime.MinValue && ends > (now - Skew).UtcDateTime
            && read.ValidFrom <= (now + Skew).UtcDateTime && read.IssuedAt <= (now + Skew).UtcDateTime;
    };
}
