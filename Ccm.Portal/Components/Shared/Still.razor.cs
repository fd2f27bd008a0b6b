using Ccm.Engine.Domain;
using Microsoft.AspNetCore.Components;

namespace Ccm.Portal.Components.Shared;

/// <summary>Tells when somebody reads or is about to press what is in it, by pointer or by keyboard, so that it is not changed under them.</summary>
public sealed partial class Still : IHandleEvent
{
    /// <summary>Focus that moves on within it leaves and comes back at once.</summary>
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(100);
    private bool _pointed;
    private bool _focused;
    private bool _held;
    private int _moves;

    [Parameter, EditorRequired]
    public RenderFragment ChildContent { get; set; } = null!;

    /// <summary>True: hold what is shown; false: go on. What is painted is the listener's business.</summary>
    [Parameter, EditorRequired]
    public Action<bool> OnHold { get; set; } = null!;

    /// <summary>For those that wait meanwhile.</summary>
    /// <param name="one">As <c>event</c>.</param>
    public static string Waits(int count, string one) => $"{Counted.Of(count, $"{one} waits", $"{one}s wait")} while you are here";

    /// <summary>Nothing of its own is ever another.</summary>
    Task IHandleEvent.HandleEventAsync(EventCallbackWorkItem item, object? arg) => item.InvokeAsync(arg);

    private void Point(bool pointed)
    {
        _pointed = pointed;
        Tell();
    }

    private void FocusIn()
    {
        _moves++;
        _focused = true;
        Tell();
    }

    private void FocusOut()
    {
        var move = ++_moves;
        Begin(async () =>
        {
            await Task.Delay(Blink, Time, Left);
            if (move != _moves)
                return;
            _focused = false;
            Tell();
        });
    }

    private void Tell()
    {
        if (_held == (_pointed || _focused))
            return;
        _held = !_held;
        OnHold(_held);
    }
}
