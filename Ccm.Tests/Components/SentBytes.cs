using Microsoft.JSInterop;

namespace Ccm.Tests.Components;

/// <summary>What a browser's script sends when it is too long for one message.</summary>
internal sealed class SentBytes(byte[] bytes) : IJSStreamReference
{
    public long Length => bytes.Length;

    public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize = 512000, CancellationToken cancellationToken = default) => new(new MemoryStream(bytes));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
