using System.Diagnostics;
using Ccm.Bench.Servers;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using Npgsql;

namespace Ccm.Tests.Servers.MongoGateway;

/// <summary>
/// PostgreSQL with the DocumentDB engine on loopback, with a database of its own, from the root that <c>eng/get-documentdb.sh</c> made. It
/// ends with this process, however that ends: <c>eng/run-documentdb.sh</c> waits for the end of its standard input.
/// </summary>
internal sealed class DocumentDb : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly NpgsqlDataSource _source;

    private DocumentDb(Process process, int port)
    {
        _process = process;
        _source = NpgsqlDataSource.Create(
            $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;SSL Mode=Disable;Maximum Pool Size=40;Timeout=60;Command Timeout=0;"
            + "Max Auto Prepare=50;No Reset On Close=true;Server Compatibility Mode=NoTypeLoading");
    }

    /// <exception cref="InvalidOperationException">It ended instead of serving.</exception>
    public static async Task<DocumentDb> StartAsync(string script, string root)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(script, root, LoopbackPort.Free());
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // Another process may take a free port before PostgreSQL does.
            }
        }
    }

    /// <summary>The one document that a query gives, whose parameters are texts and documents.</summary>
    public async Task<BsonDocument> QueryAsync(string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return Parse((byte[])(await command.ExecuteScalarAsync(cancellation))!);
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A page of a cursor: the page, what to continue with (null at the end), the cursor's number if the query names it third.</summary>
    public async Task<(BsonDocument Page, BsonDocument? Continuation, long Cursor)> QueryPageAsync(string sql, CancellationToken cancellation, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (Parse(row.GetFieldValue<byte[]>(0)), await row.IsDBNullAsync(1, cancellation) ? null : Parse(row.GetFieldValue<byte[]>(1)), row.FieldCount > 2 ? row.GetInt64(2) : 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<DocumentDb> StartOnceAsync(string script, string root, int port)
    {
        var process = Process.Start(new ProcessStartInfo("bash", [script, root, $"{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var serving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = "";
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
                serving.TrySetException(new InvalidOperationException($"The MongoDB-compatible engine ended: {last}"));
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal))
                serving.TrySetResult();
            last = line.Data ?? last;
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            await serving.Task.WaitAsync(Patience, TimeProvider.System);
        }
        catch
        {
            process.StandardInput.Close();
            process.Dispose();
            throw;
        }
        return new DocumentDb(process, port);
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = _source.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter is BsonDocument document ? document.ToBson() : parameter });
        return command;
    }

    private static BsonDocument Parse(byte[] bytes) => BsonSerializer.Deserialize<BsonDocument>(bytes);
}
