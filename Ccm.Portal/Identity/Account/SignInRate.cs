using System.Threading.RateLimiting;

namespace Ccm.Portal.Identity.Account;

/// <summary>
/// Slows down guessing: each address has thirty wrong passwords a minute. Right ones are not counted, so that a class
/// behind one address can sign in at once.
/// </summary>
internal sealed class SignInRate : IDisposable
{
    public const int WrongPerMinute = 30;

    private readonly PartitionedRateLimiter<HttpContext> _limiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
        RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = WrongPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    /// <summary>Whether this address may try.</summary>
    public bool Allows(HttpContext context)
    {
        using var lease = _limiter.AttemptAcquire(context, permitCount: 0);
        return lease.IsAcquired;
    }

    public void CountWrong(HttpContext context) => _limiter.AttemptAcquire(context).Dispose();

    public void Dispose() => _limiter.Dispose();
}
