using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using Ccm.Engine.Watching;
using Ccm.Portal.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using MudBlazor;
using Semver;

namespace Ccm.Portal.Components.Pages.Definitions;

/// <summary>Takes a lab file, shows what is read from it, and publishes it once the person agrees.</summary>
public sealed partial class ImportPanel
{
    private const long MostBytes = 2 * 1024 * 1024;
    private string _fileName = "";
    private string _yaml = "";
    private string _name = "";
    private string _version = "";
    private string _suggestedName = "";
    private string _suggestedVersion = "";
    private int _minutes = 240;
    private bool _listening;
    private bool _reading;
    private bool _busy;
    private LabTopology? _topology;
    private LabEstimate? _estimate;
    private ImmutableArray<string> _ports = [];
    private ImmutableArray<string> _problems = [];
    private Operation _operation = Operation.New();

    /// <summary>The name of what was published.</summary>
    [Parameter]
    public EventCallback<string> OnPublished { get; set; }

    [CascadingParameter]
    private Actor? Actor { get; set; }

    [Inject]
    private ControlPlane Control { get; set; } = null!;

    [Inject]
    private WatchCache Cache { get; set; } = null!;

    [Inject]
    private ILogger<ImportPanel> Log { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    /// <summary>The file input listens once its script has been told to, which goes out after this render; what is dropped earlier would be lost.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        await Task.Yield();
        _listening = true;
        StateHasChanged();
    }

    private async Task ReadAsync(InputFileChangeEventArgs chosen)
    {
        // A browser tells of no file at all when somebody opens the choice again and leaves it.
        if (chosen.FileCount == 0)
            return;
        Forget();
        _reading = true;
        StateHasChanged();
        try
        {
            _fileName = chosen.FileCount == 1 ? chosen.File.Name : $"{chosen.FileCount} files";
            if (chosen.FileCount > 1)
            {
                _problems = ["These are several files. Drop one lab file at a time."];
                return;
            }
            if (chosen.File.Size > MostBytes)
            {
                _problems = [$"{_fileName} has {chosen.File.Size / 1048576.0:0.0} MB; a lab file has at most 2 MB. Remove what is not part of the topology, such as large configurations."];
                return;
            }
            using var reader = new StreamReader(chosen.File.OpenReadStream(MostBytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            _yaml = await reader.ReadToEndAsync();
            _topology = LabFile.Parse(_yaml);
            _estimate = LabEstimate.Of(_topology);
            _ports = PortTemplate.Derive(_topology);
            Suggest();
        }
        catch (LabRefusedException refused)
        {
            _problems = [.. refused.Problems.Select(problem => $"{(problem.Line is { } line ? $"Line {line}: " : "")}{problem.Reason} {problem.Fix}")];
        }
        catch (DecoderFallbackException)
        {
            _problems = [$"{_fileName} could not be read as UTF-8 text. Export the lab from CML again."];
        }
        catch (Exception exception)
        {
            LogUnread(Log, exception);
            _problems = [$"{_fileName} did not arrive whole. Choose it again."];
        }
        finally
        {
            _reading = false;
        }
    }

    private async Task PublishAsync()
    {
        (_busy, _problems) = (true, []);
        try
        {
            await Control.PublishAsync(Actor!, _operation, new PublishRequest { Name = _name.Trim(), Version = _version.Trim(), LabYaml = _yaml, MaxDurationMinutes = _minutes }, CancellationToken.None);
            Snackbar.Add($"{_name} {_version} is published.", Severity.Success);
            var published = _name.Trim();
            Clear();
            await OnPublished.InvokeAsync(published);
        }
        catch (RefusedException refused)
        {
            _problems = [.. refused.Problems.Select(problem => $"{(problem.Field is { } field ? $"{field}: " : "")}{problem.Reason} {problem.Fix}")];
            _operation = Operation.New();
        }
        catch (Exception exception)
        {
            _problems = [Faults.Describe(exception, Log)];
        }
        finally
        {
            _busy = false;
        }
    }

    private void Clear()
    {
        Forget();
        (_name, _version, _suggestedName, _suggestedVersion, _minutes) = ("", "", "", "", 240);
    }

    /// <summary>The file; what was typed stays for the next one.</summary>
    private void Forget()
    {
        (_fileName, _yaml, _topology, _estimate, _ports, _problems) = ("", "", null, null, [], []);
        _operation = Operation.New();
    }

    /// <summary>A name from the lab's title and the version after that name's newest, wherever the person typed none of their own.</summary>
    private void Suggest()
    {
        var suggested = Slug(_topology is { Title.Length: > 0 } topology ? topology.Title : Path.GetFileNameWithoutExtension(_fileName));
        if (_name == _suggestedName)
            _name = suggested;
        _suggestedName = suggested;
        SuggestVersion();
    }

    private void SuggestVersion()
    {
        var suggested = NextVersion(_name.Trim());
        if (_version == _suggestedVersion)
            _version = suggested;
        _suggestedVersion = suggested;
    }

    /// <summary>One minor version above the newest of that name.</summary>
    private string NextVersion(string name) =>
        Cache.Current.Definitions.GetValueOrDefault(name)?.Value.Latest is { } latest && SemVersion.TryParse(latest, SemVersionStyles.Strict, out var newest)
            ? newest.With(minor: newest.Minor + 1, patch: 0).ToString() : "1.0.0";

    private static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var character in text.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(character))
                slug.Append(character);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        var cut = slug.ToString(0, Math.Min(slug.Length, 63)).Trim('-');
        return cut.Length > 0 ? cut : "lab";
    }

    /// <summary>A title may be as long as the file.</summary>
    private static string Short(string text) => text.Length > 200 && new StringInfo(text[..Math.Min(text.Length, 4000)]) is { LengthInTextElements: > 200 } characters ? characters.SubstringByTextElements(0, 200) + "…" : text;

    private static string Sources(LabEstimate estimate)
    {
        var bySource = estimate.Nodes.GroupBy(node => node.Source).ToDictionary(group => group.Key, group => group.Count());
        return string.Join(", ", new[]
        {
            bySource.TryGetValue(EstimateSource.LabFile, out var file) ? $"{file} nodes say so themselves" : null,
            bySource.TryGetValue(EstimateSource.NodeDefinition, out var known) ? $"{known} by their node definition" : null,
            bySource.TryGetValue(EstimateSource.Fallback, out var fallback) ? $"{fallback} unknown, reckoned with 1 core and 1 GB" : null,
        }.Where(part => part is not null));
    }

    [LoggerMessage(8102, LogLevel.Warning, "A lab file could not be read.")]
    private static partial void LogUnread(ILogger logger, Exception exception);
}
