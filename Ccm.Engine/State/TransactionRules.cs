namespace Ccm.Engine.State;

/// <summary>What both stores refuse before they try.</summary>
internal static class TransactionRules
{
    /// <exception cref="InvalidTransactionException">Over a limit, or a key written twice.</exception>
    public static void Check(StateTransaction transaction)
    {
        var operations = transaction.Puts.Length + transaction.Deletes.Length;
        if (operations > StateLimits.Operations)
            throw new InvalidTransactionException($"{operations} operations are more than the {StateLimits.Operations} of one transaction.");
        if (transaction.Guards.Length > StateLimits.Guards)
            throw new InvalidTransactionException($"{transaction.Guards.Length} guards are more than the {StateLimits.Guards} of one transaction.");
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in transaction.Puts.Select(put => put.Key).Concat(transaction.Deletes))
        {
            if (!written.Add(key))
                throw new InvalidTransactionException($"The key '{key}' is written twice.");
        }
        var bytes = transaction.Puts.Sum(put => put.Value.Length + put.Key.Length + 16L) + transaction.Deletes.Sum(key => key.Length + 16L) + transaction.Guards.Sum(guard => guard.Key.Length + 24L);
        if (bytes > StateLimits.Bytes)
            throw new InvalidTransactionException($"{bytes} bytes are more than the {StateLimits.Bytes} of one transaction.");
    }
}
