using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Ccm.Engine.Domain;

namespace Ccm.Tests.Domain;

public sealed class DomainJsonTests
{
    [Fact]
    public void Write_Instance_CamelCaseAndStatesInCapitals()
    {
        var instance = Sample.Instance(state: InstanceState.Instantiating) with
        {
            Checkpoint = new Checkpoint(CheckpointStep.Imported, "lab-ü"),
            Ports = ImmutableSortedDictionary<string, int>.Empty.Add("r1_serial", 2000),
            TimeslotEnd = Sample.Now,
            Request = Sample.Request() with { LicenseAffinity = [LicenseType.Evaluation] },
        };

        using var json = JsonDocument.Parse(DomainJson.Write(instance));
        var root = json.RootElement;

        Assert.Equal("INSTANTIATING", root.GetProperty("state").GetString());
        Assert.Equal("RUNNING", root.GetProperty("target").GetString());
        Assert.Equal("IMPORTED", root.GetProperty("checkpoint").GetProperty("step").GetString());
        Assert.Equal("lab-ü", root.GetProperty("checkpoint").GetProperty("labId").GetString());
        Assert.Equal(2000, root.GetProperty("ports").GetProperty("r1_serial").GetInt32());
        Assert.Equal("EVALUATION", root.GetProperty("request").GetProperty("licenseAffinity")[0].GetString());
        Assert.Equal("2026-03-01T12:00:00+00:00", root.GetProperty("timeslotEnd").GetString());
        Assert.Equal("INSTANTIATING", root.GetProperty("lastTransition").GetProperty("to").GetString());
        Assert.All(["timeslotStart", "outcome", "demand", "hasBegun", "holdsPlace"], name => Assert.False(root.TryGetProperty(name, out _), name));
        Assert.False(root.GetProperty("lastTransition").TryGetProperty("from", out _));
    }

    [Theory]
    [InlineData(Outcome.Completed, "Completed")]
    [InlineData(Outcome.Cancelled, "Cancelled")]
    [InlineData(Outcome.Expired, "Expired")]
    [InlineData(Outcome.Failed, "Failed")]
    [InlineData(Outcome.WorkerLost, "WorkerLost")]
    public void Write_Outcome_AsTheRulesSpellIt(Outcome outcome, string text)
    {
        var bytes = DomainJson.Write(Sample.Instance() with { Outcome = outcome });

        Assert.Contains($"\"outcome\":\"{text}\"", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(outcome, DomainJson.Read<LabletInstance>(bytes).Outcome);
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSameInEveryField()
    {
        AssertSameAgain(Sample.Instance() with { Outcome = Outcome.Failed, FailedAttempts = 2, RetryAt = Sample.Now, Forced = true, Target = InstanceTarget.Terminated });
        AssertSameAgain(Sample.Worker(state: WorkerState.Failed) with { FailedFrom = WorkerState.Draining, LostSince = Sample.Now, UnreachableSince = Sample.Now, DrainStartedAt = Sample.Now, Address = "host", CostPerHour = 1.5m });
        AssertSameAgain(Sample.Template());
        AssertSameAgain(new AvailableCapacity(1, 2, 3, 4, Sample.Now));
        AssertSameAgain(new DefinitionPointer { Status = DefinitionStatus.Deprecated, Versions = [new PublishedVersion("1.0.0", "ab", Sample.Now, "admin")] });
        AssertSameAgain(new TemplatePointer(2, [1, 2], 3, true));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"cpuCores\":\"many\"}")]
    [InlineData("not json")]
    public void Read_NotThatRecord_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => DomainJson.Read<LabletInstance>(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("\"state\":\"PENDING\"", "\"state\":\"NOWHERE\"")]
    [InlineData("\"state\":\"PENDING\"", "\"state\":3")]
    [InlineData("\"ownerId\":\"user\"", "\"ownerId\":null")]
    [InlineData("\"resources\":{", "\"resources\":null,\"other\":{")]
    [InlineData("\"request\":{", "\"request\":null,\"other\":{")]
    [InlineData("\"reason\":\"Reserved.\"", "\"reason\":null")]
    public void Read_UnknownStateOrNull_IsRefused(string right, string wrong)
    {
        var json = Encoding.UTF8.GetString(DomainJson.Write(Sample.Instance()));
        Assert.Contains(right, json, StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => DomainJson.Read<LabletInstance>(Encoding.UTF8.GetBytes(json.Replace(right, wrong, StringComparison.Ordinal))));
    }

    private static void AssertSameAgain<T>(T value)
    {
        var once = DomainJson.Write(value);
        Assert.Equal(Encoding.UTF8.GetString(once), Encoding.UTF8.GetString(DomainJson.Write(DomainJson.Read<T>(once))));
    }
}
