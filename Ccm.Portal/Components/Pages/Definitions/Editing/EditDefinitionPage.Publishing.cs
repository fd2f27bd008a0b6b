using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Labs;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Definitions.Editing;

/// <summary>What publishing would make of the work; and publishing it, or what is against it.</summary>
public sealed partial class EditDefinitionPage
{
    private ImmutableArray<Problem> _refused = [];
    private Operation _operation = Operation.New();
    private bool _publishing;
    private bool _previewing;
    private PublishRequest? _previewed;

    /// <summary>What the definition came to that is edited; null while it takes versions.</summary>
    private DefinitionStatus? Ended => Name is not null && Pointer is { Status: not DefinitionStatus.Active } gone ? gone.Status : null;

    /// <summary>Why nothing can be published here now, whatever is written; empty: nothing is against it.</summary>
    private string HeldUp =>
        !May(Permission.EditDefinitions) ? "You may no longer edit definitions."
        : Ended is not null ? $"{Name} takes no new version: see above how to go on."
        : _theirs is { } theirs ? $"Choose above how to go on from {theirs.Definition.Version}; then it can be published." : "";

    /// <summary>
    /// What is against publishing it as it stands; empty: nothing that is known here. What was typed a moment ago may not have arrived, so
    /// that the button only says so, and looks once more when it is pressed.
    /// </summary>
    private string Lacking =>
        _reading is null ? "The lab file is being read."
        : _reading.Topology is null ? "The lab file cannot be published as it stands: see the lines named under it."
        : !_form.Problems.IsEmpty ? _form.Wrong(DefinitionForm.All)
        : IsSame ? $"Lab and settings are the same as in {_base!.Definition.Version}: change one of them, and it can be published." : "";

    /// <summary>Whether it is the version that it is made from; a number and a note of its own do not make another.</summary>
    private bool IsSame => _base is { Definition: var published } && _mine is { } mine && mine.LabSha256 == published.LabSha256 && DefinitionRules.OtherSettings(published, mine).IsEmpty;

    /// <summary>What publishing would make of it, once it can be read. One at a time; of those that come meanwhile, as while somebody types, the newest is next.</summary>
    private async Task PreviewAsync()
    {
        Judge();
        _previewed = DefinitionForm.Read(_form.Values, Text, "").Request;
        if (_previewing)
            return;
        _previewing = true;
        PublishRequest? request = null;
        while (!ReferenceEquals(request, _previewed))
        {
            var asked = request = _previewed!;
            _mine = _reading?.Topology is null ? null : await Task.Run(() => Preview(asked));
            _compared = asked.LabYaml;
        }
        _previewing = false;
    }

    private static LabletDefinition? Preview(PublishRequest request)
    {
        try
        {
            return ControlPlane.Preview(request);
        }
        catch (LabRefusedException)
        {
            // Changed once more since it was read; the next reading follows.
            return null;
        }
    }

    private async Task PublishAsync()
    {
        // The button is not disabled meanwhile, which would take the focus from it.
        if (_publishing)
            return;
        (_form.Tried, _refused, _publishing) = (true, [], true);
        try
        {
            await _editor!.FlushAsync(hold: true);
            var (request, problems) = DefinitionForm.Read(_form.Values, Text, _base?.Definition.Version ?? "");
            _form.Problems = problems;
            // The preview that is under way may be of an earlier text.
            _mine = _reading?.Topology is null ? null : await Task.Run(() => Preview(request));
            if (Lacking.Length > 0)
                return;
            if (_mine is null)
            {
                _refused = [new Problem(null, "The lab file is still being read.", "Publish once more.")];
                return;
            }
            await Control.PublishAsync(Actor!, _operation, request, CancellationToken.None);
            _done = true;
            await _keeper!.DropAsync();
            Messages.Add($"{request.Name} {request.Version} is published.", Severity.Success);
            Navigation.NavigateTo($"/definitions/{request.Name}");
        }
        catch (RefusedException refused)
        {
            _operation = Operation.New();
            _publishing = false;
            if (Name is not null && refused.Kind == RefusalKind.Conflict)
                await LookAsync();
            // With both sides on the page there is nothing left to tell.
            _refused = _theirs is null ? refused.Problems : [];
        }
        catch (LabRefusedException refused)
        {
            _refused = [.. refused.Problems.Select(problem => new Problem(problem.Line is { } line ? $"line {line}" : null, problem.Reason, problem.Fix))];
        }
        catch (Exception exception)
        {
            _refused = [new Problem(null, Live.Faults.Describe(exception, Logger), "What you wrote is kept.")];
        }
        finally
        {
            _publishing = false;
            if (!_done)
                await _editor!.ReleaseAsync();
        }
    }
}
