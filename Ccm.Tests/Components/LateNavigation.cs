using Microsoft.AspNetCore.Components;

namespace Ccm.Tests.Components;

/// <summary>A browser that tells where it went only when the test says so: on a busy machine it takes its time.</summary>
internal sealed class LateNavigation : NavigationManager
{
    private readonly Queue<string> _asked = [];

    /// <param name="address">Where it is at first.</param>
    public LateNavigation(string address) => Initialize("http://localhost/", $"http://localhost{address}");

    /// <summary>The browser goes to the next of the addresses that it was sent to.</summary>
    public void Arrive()
    {
        Uri = _asked.Dequeue();
        NotifyLocationChanged(isInterceptedLink: false);
    }

    protected override void NavigateToCore(string uri, NavigationOptions options)
    {
        if (ToAbsoluteUri(uri).ToString() != Uri)
            _asked.Enqueue(ToAbsoluteUri(uri).ToString());
    }
}
