using System.Collections.Immutable;
using System.Reflection;

namespace Ccm.Engine.Labs;

/// <summary>Three small labs that come with CCM, for a first try.</summary>
public static class DemoLabs
{
    public const string Version = "1.0.0";
    private const string Prefix = "Ccm.Engine.Labs.Demo.";
    private static readonly Assembly Home = typeof(DemoLabs).Assembly;

    /// <summary>Definition names and lab sources.</summary>
    public static ImmutableArray<(string Name, string Yaml)> All =>
        [.. Home.GetManifestResourceNames().Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(resource => ($"demo-{Path.GetFileNameWithoutExtension(resource[Prefix.Length..])}", Read(resource)))];

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Home.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
