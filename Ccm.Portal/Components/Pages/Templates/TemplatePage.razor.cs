using System.Collections.Immutable;
using Ccm.Engine.Control;
using Ccm.Engine.Domain;
using Ccm.Engine.Hosts;
using Ccm.Engine.Watching;
using Ccm.Portal.Components.Shared;
using Ccm.Portal.Components.Shared.Forms;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Ccm.Portal.Components.Pages.Templates;

/// <summary>One kind of worker: what it is, what there is of it, and the form that makes its next revision.</summary>
public sealed partial class TemplatePage
{
    private ImmutableArray<(string Title, ImmutableArray<FormField> Fields)> _groups = [];
    private string? _shownName;
    private bool _started;
    private WorkerTemplate? _base;
    private WorkerTemplate? _declared;
    private TypedForm? _form;
    private KeptForm? _keeper;
    private bool? _isKept;
    private ImmutableArray<Problem> _refused = [];

    /// <summary>Null: they could not be read.</summary>
    private List<(string Name, LabRequest Request)>? _labs = [];
    private TemplateUse _use = TemplateUse.None;
    private string? _problem;
    private bool _done;
    private bool _saving;
    private Operation _operation = Operation.New();

    /// <summary>Null: a new one.</summary>
    [Parameter]
    public string? Name { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private HostRegistry Hosts { get; set; } = null!;

    [Inject]
    private ISnackbar Messages { get; set; } = null!;

    [Inject]
    private ILogger<TemplatePage> Logger { get; set; } = null!;

    private bool MayEdit => May(Permission.EditTemplates);

    private bool Unsaved => !_done && _form is { IsChanged: true };

    private string DraftKey => Draft.KeyOf(Actor, $"template/{Name}");

    private int Workers => Name is null ? 0 : Fleet.Templates.GetValueOrDefault(Name)?.Value.Workers ?? 0;

    private int NextRevision => (Fleet.Templates.GetValueOrDefault(Name ?? "")?.Value.Revisions is { IsDefaultOrEmpty: false } revisions ? revisions.Max() : 0) + 1;

    protected override async Task OnParametersSetAsync()
    {
        if (_started && _shownName == Name)
            return;
        (_started, _shownName, _base, _theirs, _form, _problem, _gone, _done) = (true, Name, null, null, null, null, false, false);
        _groups = TemplateForm.Groups(Hosts.Providers);
        _use = TemplateUse.Of(Fleet).GetValueOrDefault(Name ?? "", TemplateUse.None);
        if (!May(Permission.ReadAll))
            _problem = "Your role does not show worker templates.";
        else if (Name is null && !MayEdit)
            _problem = "Worker templates are made by admins, and you are none.";
        else
            await ReadAsync();
    }

    protected override bool Apply(FleetChange change)
    {
        if (Name is not null && (change.IsResync || !change.Workers.IsEmpty))
            _use = TemplateUse.Of(Fleet).GetValueOrDefault(Name, TemplateUse.None);
        if (change.Templates && Name is not null && _form is not null)
            Begin(LookAsync);
        return change.IsResync || change.Templates || !change.Workers.IsEmpty;
    }

    private async Task ReadAsync()
    {
        try
        {
            if (Name is null)
                Show(null);
            else
                Show(await Control.ReadTemplateAsync(Name, Left));
            var active = Fleet.Definitions.Where(pair => pair.Value.Value is { Status: DefinitionStatus.Active, Latest: not null }).Select(pair => (pair.Key, pair.Value.Value.Latest!)).ToList();
            _labs = [.. (await Control.ReadDefinitionsAsync(active, Left)).Where(definition => definition.NodeCount > 0).Select(definition => (definition.Name, LabRequest.Of(definition)))];
        }
        catch (RefusedException refused)
        {
            _labs = null;
            _problem = refused.Kind == RefusalKind.NotFound ? $"There is no worker template {Name}: it may be mistyped or deleted." : refused.Message;
        }
        catch (OperationCanceledException) when (Left.IsCancellationRequested)
        {
            // The page was left.
        }
    }

    private void Show(WorkerTemplate? template)
    {
        _base = template;
        _form = new TypedForm(Before(), isNew: Name is null);
        (_refused, _isKept) = ([], null);
        Judge();
    }

    /// <summary>The fields as the revision has them that is edited.</summary>
    private Dictionary<string, string> Before() =>
        TemplateForm.Of(_base ?? new WorkerTemplate { Name = "", CpuCores = 16, MemoryGb = 64, StorageGb = 500, LicenseType = LicenseType.Personal, Provider = Hosts.Providers.FirstOrDefault() ?? "" });

    private (WorkerTemplate Template, ImmutableArray<Problem> Problems) Read() => TemplateForm.Read(_form!.Values, _base?.Revision ?? 1);

    private void Judge()
    {
        var (template, problems) = Read();
        (_declared, _form!.Problems) = (problems.Any(problem => problem.Field is not "name") ? null : template, problems);
    }

    private void Set(string field, string value)
    {
        _form!.Set(field, value);
        _refused = [];
        Judge();
    }

    private async Task SaveAsync()
    {
        (_form!.Tried, _refused) = (true, []);
        var (template, problems) = Read();
        _form.Problems = problems;
        if (!problems.IsEmpty)
            return;
        _saving = true;
        try
        {
            var saved = await WriteAsync(template);
            _gone = false;
            await _keeper!.DropAsync();
            Show(saved);
            Messages.Add($"{saved.Name} is saved as revision {saved.Revision}.", Severity.Success);
            if (Name is null)
                Leave($"/templates/{saved.Name}");
        }
        catch (RefusedException refused)
        {
            (_refused, _saving) = (refused.Problems, false);
            // Another's edit is answered with both sides.
            if (refused.Kind == RefusalKind.Conflict && Name is not null)
                await LookAsync();
        }
        catch (Exception exception) when (!Left.IsCancellationRequested)
        {
            _refused = [new Problem(null, Live.Faults.Describe(exception, Logger), "What you typed is kept.")];
        }
        finally
        {
            _saving = false;
        }
    }

    private Task<WorkerTemplate> WriteAsync(WorkerTemplate template)
    {
        var operation = _operation;
        _operation = Operation.New();
        return _base is null || _gone ? Control.CreateTemplateAsync(Actor!, operation, template, Left) : Control.UpdateTemplateAsync(Actor!, operation, template, Left);
    }

    private async Task SwitchAsync()
    {
        var next = _base! with { Enabled = !_base.Enabled };
        WorkerTemplate? saved = null;
        if (await TryAsync(async () => saved = await Control.UpdateTemplateAsync(Actor!, Operation.New(), next, Left), next.Enabled ? "The fleet may grow by it again." : "The fleet grows by it no more. Its workers stay."))
            Show(saved);
    }

    private async Task DeleteAsync()
    {
        if (await TypedConfirmation.AskAsync(Dialogs, $"Delete {Name}?", "The fleet can no longer grow by it. Its revisions stay in the audit trail.", Name!, "Delete it")
            && await TryAsync(() => Control.DeleteTemplateAsync(Actor!, Operation.New(), Name!, Left), $"{Name} is deleted."))
        {
            await _keeper!.DropAsync();
            Leave("/templates");
        }
    }

    private void Leave(string address)
    {
        _done = true;
        Navigation.NavigateTo(address);
    }
}
