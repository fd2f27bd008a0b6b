using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Ccm.Bench.Servers;

namespace Ccm.Tests.Servers;

/// <summary>The portal as a process of its own, as people run it, on a free loopback port.</summary>
public sealed class PortalProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string[] _arguments;
    private readonly Queue<string> _log = new();
    private readonly string? _token;
    private Process? _process;

    private PortalProcess(int port, string? token, string[] arguments)
    {
        _token = token;
        Address = new Uri($"http://127.0.0.1:{port}");
        _arguments = arguments;
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    /// <summary>Acts as the demo client, which is an admin.</summary>
    public HttpClient Client { get; }

    /// <param name="arguments">As on the command line, <c>--Ccm:DataDirectory=…</c> among them.</param>
    public static async Task<PortalProcess> StartAsync(params string[] arguments)
    {
        var portal = new PortalProcess(LoopbackPort.Free(), null, arguments);
        await portal.RunAsync();
        return portal;
    }

    /// <summary>One of which the embedded provider issues no tokens: <see cref="Client"/> shows the one that is given.</summary>
    public static async Task<PortalProcess> StartTrustingAsync(string token, params string[] arguments)
    {
        var portal = new PortalProcess(LoopbackPort.Free(), token, arguments);
        await portal.RunAsync();
        return portal;
    }

    /// <summary>One that answers, and may not be ready; <see cref="ReadyAsync"/> awaits that.</summary>
    public static async Task<PortalProcess> StartUnreadyAsync(params string[] arguments)
    {
        var portal = new PortalProcess(LoopbackPort.Free(), null, arguments);
        portal.Begin();
        await portal.AnsweredAsync("/health/live");
        return portal;
    }

    /// <summary>Starts it again with the same arguments.</summary>
    public async Task RunAsync()
    {
        Begin();
        await ReadyAsync();
    }

    /// <summary>Waits until it is ready, and gets a token.</summary>
    public async Task ReadyAsync()
    {
        await AnsweredAsync("/health/ready");
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token ?? await TokenAsync());
    }

    /// <summary>kill -9; nothing when it has ended.</summary>
    public async Task KillAsync()
    {
        _process?.Kill(entireProcessTree: true);
        await EndedAsync();
    }

    /// <summary>It does nothing until <see cref="Resume"/>; its connections stay open, its leases run out.</summary>
    public void Pause() => _process!.Pause();

    public void Resume() => _process!.Resume();

    /// <summary>Ends it as an operator does: it finishes what it has begun and gives its leases back.</summary>
    public async Task StopAsync()
    {
        _process!.AskToEnd();
        await EndedAsync();
    }

    /// <summary>The last lines it logged.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        var response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"GET {path}: {(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await KillAsync();
    }

    private async Task EndedAsync()
    {
        if (_process is null)
            return;
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    private void Begin()
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Ccm.Portal.dll"), "--urls", Address.ToString(), "--environment", "Development", .. _arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task AnsweredAsync(string path)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if ((await Client.GetAsync(new Uri(path, UriKind.Relative))).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            if (_process!.HasExited || TimeProvider.System.GetElapsedTime(began) > Patience)
                Assert.Fail($"The portal did not answer {path} with success:\n{Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    private async Task<string> TokenAsync()
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "ccm-demo"), new("client_secret", "ccm-demo"), new("scope", "ccm.api")]);
        var response = await Client.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("access_token").GetString()!;
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            _log.Enqueue(line ?? "");
            if (_log.Count > 200)
                _log.Dequeue();
        }
    }
}
