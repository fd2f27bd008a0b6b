namespace Ccm.Tests.Servers;

/// <summary>A server on loopback that a test started, and what a test may do to it.</summary>
internal interface IOwnServer : IAsyncDisposable
{
    /// <summary>On 127.0.0.1; the same after a restart.</summary>
    int Port { get; }

    /// <summary>Ends it without warning.</summary>
    Task KillAsync();

    Task RestartAsync();

    /// <summary>It answers nothing until <see cref="ResumeAsync"/>; its connections stay open.</summary>
    Task PauseAsync();

    Task ResumeAsync();
}
