using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Ccm.Engine.Hosting;
using Ccm.Portal.Identity;

namespace Ccm.Tests.Docs;

/// <summary>Every setting that CCM reads: by its options classes, and by what its sources ask the configuration for.</summary>
internal static partial class KnownSettings
{
    /// <summary>Full names of options' properties, with their defaults as people write them; null where the default is a list by name.</summary>
    public static readonly SortedDictionary<string, string?> OfOptions = new(Options().SelectMany(Properties).ToDictionary(), StringComparer.Ordinal);

    /// <summary>Full names that no options class has.</summary>
    public static readonly SortedSet<string> ReadDirectly = new(Direct(), StringComparer.Ordinal);

    /// <summary>Properties of one seeded template.</summary>
    public static readonly SortedDictionary<string, string?> OfTemplate = new(Defaults(new TemplateSeed()).ToDictionary(), StringComparer.Ordinal);

    public static bool Has(string name) => OfOptions.ContainsKey(name) || ReadDirectly.Contains(name)
        || new[] { "Ccm:Seed:Templates:", "Ccm:Hosts:Static:", "Authentication:Oidc:RoleMap:" }.Any(start => name.StartsWith(start, StringComparison.Ordinal));

    private static IEnumerable<(string Section, object Defaults)> Options() =>
        new[] { typeof(EngineServices).Assembly, typeof(IdentityComposition).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Select(type => (type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string, type))
            .Where(found => found.Item1 is not null)
            .Select(found => (found.Item1!, Activator.CreateInstance(found.type)!));

    private static IEnumerable<KeyValuePair<string, string?>> Properties((string Section, object Defaults) options) =>
        Defaults(options.Defaults).Select(property => KeyValuePair.Create($"{options.Section}:{property.Key}", property.Value));

    private static IEnumerable<KeyValuePair<string, string?>> Defaults(object options) =>
        options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => KeyValuePair.Create(property.Name, Write(property.GetValue(options))));

    private static string? Write(object? value) => value switch
    {
        null or "" => "empty",
        string text => text,
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        IEnumerable => null,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"A setting of {value.GetType()}."),
    };

    private static IEnumerable<string> Direct()
    {
        var sections = Options().Select(options => options.Section).ToHashSet(StringComparer.Ordinal);
        foreach (var file in new[] { "Ccm.Engine", "Ccm.Portal" }.SelectMany(folder => Repository.Sources(folder)))
        {
            var text = Repository.Read(file);
            foreach (var name in Literal().Matches(text).Select(match => match.Groups[1].Value).Where(name => !sections.Contains(name)))
                yield return name;
            foreach (Match match in ConnectionString().Matches(text))
                yield return $"ConnectionStrings:{match.Groups[1].Value}";
            foreach (Match match in file.StartsWith("Ccm.Portal/Identity/", StringComparison.Ordinal) ? OidcKey().Matches(text) : Enumerable.Empty<Match>())
                yield return $"Authentication:Oidc:{match.Groups[1].Value}";
        }
    }

    [GeneratedRegex("\"((?:Ccm|ConnectionStrings|Authentication:Oidc):[A-Za-z:]*[A-Za-z])\"")]
    private static partial Regex Literal();

    [GeneratedRegex("GetConnectionString\\(\"(\\w+)\"\\)")]
    private static partial Regex ConnectionString();

    [GeneratedRegex("section(?:\\[|\\.GetSection\\()\"(\\w+)\"")]
    private static partial Regex OidcKey();
}
