using System.Text.Json;
using Ccm.Portal.Api;
using Ccm.Portal.Components.Shared.Events;

namespace Ccm.Tests.Components.Audit;

public sealed class FieldDiffTests
{
    [Theory]
    [InlineData("""[{"field":"maxWorkers","before":10,"after":3}]""", "Max workers: 10 → 3")]
    [InlineData("""[{"field":"enabled","before":true,"after":false}]""", "Enabled: yes → no")]
    [InlineData("""[{"field":"description","before":"","after":"For exams"}]""", "Description: empty → For exams")]
    [InlineData("""[{"field":"address","after":"10.0.0.7"}]""", "Address: none → 10.0.0.7")]
    [InlineData("""[{"field":"trouble","before":"disk full"}]""", "Trouble: disk full → none")]
    [InlineData("""[{"field":"trouble","before":null,"after":"disk full"}]""", "Trouble: none → disk full")]
    [InlineData("""[{"field":"resources","before":{"cpuCores":4,"memoryGb":8,"nested":{"a":1}},"after":{"cpuCores":4,"memoryGb":16,"nested":{"a":2}}}]""", "Resources › Memory GB: 8 → 16|Resources › Nested › A: 1 → 2")]
    [InlineData("""[{"field":"declared","after":{"cpuCores":4,"memoryGb":8}}]""", "Declared › Cpu cores: none → 4|Declared › Memory GB: none → 8")]
    [InlineData("""[{"field":"portNames","before":["r1","r2"],"after":["r2","r3"]}]""", "Port names: +r3 −r1")]
    [InlineData("""[{"field":"portNames","before":["r1","r2"],"after":["r2","r1"]}]""", "Port names: r1, r2 → r2, r1")]
    [InlineData("""[{"field":"licenseAffinity","before":[],"after":["ENTERPRISE"]}]""", "License affinity: +ENTERPRISE")]
    [InlineData("""[{"field":"versions","before":[{"v":"1","by":"a"}],"after":[{"v":"1","by":"b"},{"v":"2","by":"a"}]}]""", "Versions › #1 › By: a → b|Versions › #2 › V: none → 2|Versions › #2 › By: none → a")]
    [InlineData("""[{"field":"port","before":"none","after":{"a":1}}]""", """Port: none → {"a":1}""")]
    [InlineData("""[{"field":"timeslotEnd","before":"2026-11-26T10:00:00+01:00"}]""", "Timeslot end: 2026-11-26 09:00:00 UTC → none")]
    [InlineData("""[{"field":"createdBy","before":"ann","after":"bob"}]""", "Saved by: ann → bob")]
    [InlineData("""[{"field":"createdBy","after":"bob"}]""", "Created by: none → bob")]
    [InlineData("""[{"field":"x","before":{},"after":{}},{"no":1},7]""", "")]
    public void Of_Changes_NamesEachFieldThatDiffersInWords(string changes, string told) =>
        Assert.Equal(told, string.Join('|', FieldDiff.Of(Data($$"""{"changes":{{changes}}}""")).Select(diff => diff.InWords)));

    [Theory]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"changes":{}}""")]
    public void Of_DataWithoutChanges_IsEmpty(string data) => Assert.Empty(FieldDiff.Of(Data(data)));

    [Fact]
    public void Of_WhatEveryWriteChanges_ComesLast()
    {
        var diffs = FieldDiff.Of(Data("""{"changes":[{"field":"revision","before":1,"after":2},{"field":"operationId","before":"a","after":"b"},{"field":"costPerHour","before":1.50,"after":2}]}"""));

        Assert.Equal(["costPerHour", "revision", "operationId"], diffs.Select(diff => diff.Path));
        Assert.Equal("Cost per hour: 1.50 → 2", EventWords.Summary(diffs));
    }

    [Fact]
    public void Summary_ManyFields_TellsThreeAndHowManyMore() => Assert.Equal("A: 1 → 2 · B: 1 → 2 · C: 1 → 2 · 2 more",
        EventWords.Summary(FieldDiff.Of(Data($$"""{"changes":[{{string.Join(',', "abcde".Select(name => $$"""{"field":"{{name}}","before":1,"after":2}"""))}}]}"""))));

    [Theory]
    [InlineData("""{"field":"state","before":"A","after":"B"},{"field":"end","after":"2026-11-26T10:00:00Z"}""", "State: A → B · 1 more")]
    [InlineData("""{"field":"end","before":"2026-11-25T10:00:00Z","after":"2026-11-26T10:00:00Z"}""", "End")]
    public void Summary_Times_AreNamedAndNotTold(string changes, string told) => Assert.Equal(told, EventWords.Summary(FieldDiff.Of(Data($$"""{"changes":[{{changes}}]}"""))));

    [Fact]
    public void Summary_EverythingNew_SaysNothingBesideTheReason() => Assert.Empty(EventWords.Summary(FieldDiff.Of(Data("""{"changes":[{"field":"a","after":2}]}"""))));

    [Theory]
    [InlineData("ccm.worker.template.updated", "Template updated")]
    [InlineData("ccm.worker.drain-cancelled", "Worker drain cancelled")]
    [InlineData("ccm.lablet.instance.running", "Instance running")]
    [InlineData("ccm.lablet.definition.version.created", "Definition version created")]
    [InlineData("ccm.session.signed-in", "Signed in")]
    [InlineData("ccm.scaling.up.decided", "Scaling up decided")]
    [InlineData("ccm.worker.template.*", "any template event")]
    [InlineData("ccm.scaling.*", "any scaling event")]
    [InlineData("com.example.other", "com.example.other")]
    [InlineData("", "")]
    public void Title_EachKindOfType_IsWhatAPersonWouldSay(string type, string title) => Assert.Equal(title, EventWords.Title(type));

    [Theory]
    [InlineData("templates/small", "/templates/small")]
    [InlineData("instances/i 1", "/instances/i%201")]
    [InlineData("leaders/scheduler", "/system")]
    [InlineData("users/alice", null)]
    [InlineData("instances/", null)]
    [InlineData("odd", null)]
    public void Page_EachKindOfSubject_IsItsOwnOrNone(string subject, string? page) => Assert.Equal(page, EventWords.Page(subject));

    [Fact]
    public void Texts_OfAChange_AreBothSidesForReading()
    {
        var (before, after) = EventWords.Texts(Data("""{"changes":[{"field":"a","before":1,"after":2},{"field":"b","after":{"c":"é"}}]}"""));

        Assert.Equal("{\n  \"a\": 1\n}", before.ReplaceLineEndings("\n"));
        Assert.Equal("{\n  \"a\": 2,\n  \"b\": {\n    \"c\": \"é\"\n  }\n}", after.ReplaceLineEndings("\n"));
    }

    private static JsonElement Data(string json) => JsonDocument.Parse(json).RootElement;
}
