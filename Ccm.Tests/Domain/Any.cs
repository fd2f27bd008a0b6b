using CsCheck;

namespace Ccm.Tests.Domain;

/// <summary>What CsCheck lacks.</summary>
internal static class Any
{
    public static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(n => values[n]);
}
