using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ccm.Bench.Servers;

/// <summary>The portal as a process of its own on a free loopback port, as it was built with this program.</summary>
internal sealed class PortalProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Queue<string> _log = new();
    private readonly ProcessStartInfo _start;

    private PortalProcess(string directory, string[] settings)
    {
        Address = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        Client = new HttpClient { BaseAddress = Address };
        _start = new ProcessStartInfo("dotnet", [
            "exec", Path.Combine(AppContext.BaseDirectory, "Ccm.Portal.dll"), "--urls", Address.ToString(), "--environment", "Development", $"--Ccm:DataDirectory={directory}", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
    }

    public Uri Address { get; }

    /// <summary>As it runs now; another one after each <see cref="RunAsync"/>.</summary>
    public Process Process { get; private set; } = new();

    /// <summary>Acts as the demo client, an admin, after <see cref="SignInAsync"/>.</summary>
    public HttpClient Client { get; }

    public string Token { get; private set; } = "";

    /// <summary>From the start of the process until <c>/health/ready</c> answered 200.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>From the start of the process until the page that <c>/</c> leads to was answered in full.</summary>
    public TimeSpan FirstPageAfter { get; private set; }

    /// <param name="settings">As on the command line. None: embedded.</param>
    public static async Task<PortalProcess> StartAsync(string directory, params string[] settings)
    {
        var portal = new PortalProcess(directory, settings);
        await portal.RunAsync();
        return portal;
    }

    /// <summary>Starts it, again with the same address when it has ended, and waits until it is ready.</summary>
    public async Task RunAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        Process.Dispose();
        Process = new Process { StartInfo = _start };
        Process.OutputDataReceived += (_, line) => Keep(line.Data);
        Process.ErrorDataReceived += (_, line) => Keep(line.Data);
        Process.Start();
        Process.BeginOutputReadLine();
        Process.BeginErrorReadLine();
        while (!await IsReadyAsync())
        {
            if (Process.HasExited || TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"The portal did not become ready:\n{string.Join('\n', _log)}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
        ReadyAfter = TimeProvider.System.GetElapsedTime(began);
        await Client.GetStringAsync(new Uri("/", UriKind.Relative));
        FirstPageAfter = TimeProvider.System.GetElapsedTime(began);
    }

    public async Task SignInAsync()
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "ccm-demo"), new("client_secret", "ccm-demo"), new("scope", "ccm.api")]);
        using var answer = await Client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        Token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <exception cref="BenchException">It was refused.</exception>
    public async Task PostAsync(string path, HttpContent content)
    {
        using var answer = await Client.PostAsync(new Uri(path, UriKind.Relative), content);
        if (!answer.IsSuccessStatusCode)
            throw new BenchException($"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Items that the list at <paramref name="path"/> has on its first page.</summary>
    public async Task<int> CountAsync(string path) =>
        (await Client.GetFromJsonAsync<JsonElement>(new Uri(path, UriKind.Relative))).GetProperty("items").GetArrayLength();

    /// <summary>Resident memory now and at its highest, MB of 1,048,576 bytes.</summary>
    public (double Now, double Peak) ResidentMegabytes()
    {
        var status = File.ReadLines($"/proc/{Process.Id}/status").Select(line => line.Split(':', StringSplitOptions.TrimEntries)).ToDictionary(parts => parts[0], parts => parts[1]);
        double Of(string name) => double.Parse(status[name].Split(' ')[0], CultureInfo.InvariantCulture) / 1024;
        return (Of("VmRSS"), Of("VmHWM"));
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        Process.Kill(entireProcessTree: true);
        await Process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!Process.HasExited)
            await KillAsync();
        Process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.Enqueue(line ?? "");
            if (_log.Count > 50)
                _log.Dequeue();
        }
    }
}
