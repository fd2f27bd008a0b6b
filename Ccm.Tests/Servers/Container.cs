using Ccm.Bench.Servers;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace Ccm.Tests.Servers;

/// <summary>
/// A server in a container that goes with the test, for machines that have Docker and not the program.
/// </summary>
/// <remarks>Written on a machine without Docker: there it was compiled, and seen to find none, and no more.</remarks>
internal sealed class Container : IOwnServer
{
    private readonly IContainer _container;

    private Container(IContainer container, int port) => (_container, Port) = (container, port);

    public int Port { get; }

    /// <summary>Null when Docker does not run here.</summary>
    /// <param name="port">Where the server listens inside.</param>
    /// <param name="serving">What it logs once it serves, as a regular expression.</param>
    public static async Task<Container?> TryStartAsync(string image, int port, string serving, params string[] command)
    {
        try
        {
            var outside = LoopbackPort.Free();
            var container = new ContainerBuilder(image).WithPortBinding(outside, port).WithCommand(command)
                .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged(serving)).Build();
            await container.StartAsync();
            return new Container(container, outside);
        }
        catch (DockerUnavailableException)
        {
            return null;
        }
    }

    public Task KillAsync() => _container.StopAsync();

    public Task RestartAsync() => _container.StartAsync();

    public Task PauseAsync() => _container.PauseAsync();

    public Task ResumeAsync() => _container.UnpauseAsync();

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}
