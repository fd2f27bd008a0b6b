namespace Ccm.Portal;

/// <summary>Which parts run embedded, because nothing else is set; in Production that must be meant.</summary>
internal static class EmbeddedParts
{
    public static IEnumerable<(string Part, string Setting)> Of(IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration.GetConnectionString("etcd")))
            yield return ("state on SQLite", "ConnectionStrings:etcd");
        if (string.IsNullOrEmpty(configuration.GetConnectionString("mongodb")))
            yield return ("documents on SQLite", "ConnectionStrings:mongodb");
        if (string.IsNullOrEmpty(configuration.GetConnectionString("redis")))
            yield return ("sessions in memory", "ConnectionStrings:redis");
        if (string.IsNullOrEmpty(configuration["Authentication:Oidc:Authority"]))
            yield return ("identity with demo users", "Authentication:Oidc:Authority");
    }

    /// <summary>Why this start is refused; null when it is not.</summary>
    public static string? Refuse(IConfiguration configuration, IHostEnvironment environment)
    {
        var parts = Of(configuration).ToList();
        return !environment.IsProduction() || parts.Count == 0 || configuration.GetValue("Ccm:Embedded", false) ? null
            : $"the environment is Production, and these parts would run embedded: {string.Join(", ", parts.Select(part => $"{part.Part} (set {part.Setting})"))}. Set them, or Ccm:Embedded=true if you mean it.";
    }
}
