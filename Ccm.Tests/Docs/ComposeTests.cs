using System.Text.Json;
using System.Text.RegularExpressions;
using Ccm.Portal.Identity;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Ccm.Tests.Docs;

/// <summary>
/// The Compose file is one that Docker Compose reads, and it, the image and the realm name only what exists. No Docker engine runs it.
/// </summary>
public sealed partial class ComposeTests
{
    private static readonly string Text = Repository.Read("docker-compose.yml");
    private static readonly Dictionary<object, object?> File = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object?>>(new MergingParser(new Parser(new StringReader(Text))));
    private static readonly Dictionary<string, Dictionary<object, object?>> Services = Map(File["services"]).ToDictionary(service => (string)service.Key, service => Map(service.Value));

    [Fact]
    public async Task File_ReadByDockerCompose_HasNoFault()
    {
        var (code, said) = await ComposeProgram.ConfigAsync(Repository.Root, "docker-compose.yml", ".env.example");

        Assert.True(code == 0, said);
    }

    [Theory]
    [InlineData("    healthcheck:", "    healthchek:", "healthchek")]
    [InlineData("condition: service_healthy", "condition: service_well", "depends_on")]
    [InlineData("${CCM_REDIS_PASSWORD:?see .env.example}", "${CCM_REDIS_PASWORD:?see .env.example}", "see .env.example")]
    public async Task File_WithAFault_IsRefusedByDockerCompose(string right, string wrong, string said)
    {
        using var folder = new TemporaryDirectory();
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder.Path, "wrong.yml"), Text.Replace(right, wrong, StringComparison.Ordinal));

        var (code, answer) = await ComposeProgram.ConfigAsync(folder.Path, "wrong.yml", Path.Combine(Repository.Root, ".env.example"));

        Assert.NotEqual(0, code);
        Assert.Contains(said, answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_Images_ArePinned() => Assert.All(Services, service =>
    {
        var image = Assert.IsType<string>(service.Value["image"]);
        Assert.Matches(service.Value.ContainsKey("build") ? @"^[\w-]+:local$" : @":v?\d+\.\d+\.\d+(-\w+)?$", image);
    });

    [Fact]
    public void Services_DependsOn_NamesServices() => Assert.All(Services.Values.SelectMany(service => Map(service.GetValueOrDefault("depends_on")).Keys),
        name => Assert.Contains((string)name, Services.Keys));

    [Fact]
    public void Services_ThatGoOn_HaveHealthChecks() => Assert.All(Services.Where(service => service.Value.GetValueOrDefault("restart") as string != "no"),
        service => Assert.True(service.Value.ContainsKey("healthcheck"), $"{service.Key} has no health check."));

    [Fact]
    public void Services_Volumes_AreNamedOrFilesOfTheRepository() => Assert.All(Services.Values.SelectMany(service => List(service.GetValueOrDefault("volumes"))).Select(volume => volume.Split(':')[0]),
        source => Assert.True(source.StartsWith('.') ? Repository.Has(source) : Map(File["volumes"]).ContainsKey(source), $"{source} is not there."));

    [Fact]
    public void Variables_All_StandInTheExample() =>
        Assert.Equal(Variable().Matches(Text).Select(match => match.Groups[1].Value).Distinct().Order(), ExampleName().Matches(Repository.Read(".env.example")).Select(match => match.Groups[1].Value).Order());

    [Fact]
    public void Environment_Settings_AreReadByTheCode()
    {
        var names = Environment().Where(variable => SettingName().IsMatch(variable.Key)).Select(variable => variable.Key.Replace("__", ":", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(KnownSettings.Has(name), $"Nothing reads {name}."));
    }

    [Fact]
    public void Addresses_OfServices_AreExposed()
    {
        var texts = Environment().Select(variable => variable.Value).Append(Repository.Read("deploy/Caddyfile"));
        var named = texts.SelectMany(text => Address().Matches(text)).Where(match => Services.ContainsKey(match.Groups[1].Value)).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, match => Assert.Contains(match.Groups[2].Value, List(Services[match.Groups[1].Value].GetValueOrDefault("expose"))));
    }

    [Fact]
    public void Realm_UsersClientsAndMapper_AreThere()
    {
        using var realm = JsonDocument.Parse(Repository.Read("deploy/keycloak/ccm-realm.json"));
        var users = realm.RootElement.GetProperty("users").EnumerateArray().Where(user => user.TryGetProperty("credentials", out _))
            .Select(user => (user.GetProperty("username").GetString(), user.GetProperty("credentials")[0].GetProperty("value").GetString(), user.GetProperty("groups")[0].GetString()));
        Assert.Equal(new[] { "admin", "operator", "user", "viewer" }.Select(name => ((string?)name, (string?)name, (string?)$"/{name}")), users);

        var clients = realm.RootElement.GetProperty("clients").EnumerateArray().ToDictionary(client => client.GetProperty("clientId").GetString()!);
        var attributes = clients["ccm-portal"].GetProperty("attributes");
        Assert.Equal("S256", attributes.GetProperty("pkce.code.challenge.method").GetString());
        Assert.EndsWith(BackChannelLogout.Path, attributes.GetProperty("backchannel.logout.url").GetString(), StringComparison.Ordinal);
        Assert.All(clients.Values, client => Assert.Contains(client.GetProperty("protocolMappers").EnumerateArray(), mapper => mapper.GetProperty("config").TryGetProperty("claim.name", out var claim) && claim.GetString() == "roles"));
        Assert.Contains("\"ccm.api\"", clients["ccm-api"].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Dockerfile_FilesThatItCopies_Exist() => Assert.All(Copied().Matches(Repository.Read("Dockerfile")).SelectMany(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]),
        path => Assert.True(Repository.Has(path), $"The Dockerfile copies {path}, which is not there."));

    private static IEnumerable<KeyValuePair<string, string>> Environment() => Services.Values.SelectMany(service => Map(service.GetValueOrDefault("environment")))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string)variable.Value!));

    private static Dictionary<object, object?> Map(object? value) => value as Dictionary<object, object?> ?? [];

    private static IEnumerable<string> List(object? value) => (value as List<object> ?? []).Cast<string>();

    [GeneratedRegex(@"(?<!\$)\$\{(\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^(\w+)=", RegexOptions.Multiline)]
    private static partial Regex ExampleName();

    [GeneratedRegex("^(Ccm|ConnectionStrings|Authentication)__")]
    private static partial Regex SettingName();

    [GeneratedRegex(@"(?<![\w.-])([a-z][a-z0-9-]*):(\d+)")]
    private static partial Regex Address();

    [GeneratedRegex(@"^COPY (?!--from)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copied();
}
