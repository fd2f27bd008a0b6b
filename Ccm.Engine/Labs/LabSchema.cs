using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Ccm.Engine.Labs;

/// <summary>What stands under a key.</summary>
public enum LabKeyKind
{
    Text, Number, Flag,

    /// <summary>A mapping with keys of its own.</summary>
    Map,

    /// <summary>A list of mappings with keys of their own.</summary>
    Maps,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>Whatever the host makes of it; nothing under it is looked at.</summary>
    Free,
}

/// <param name="Path">As <c>nodes[].label</c>.</param>
/// <param name="Meaning">What CML and CCM make of it.</param>
/// <param name="Values">The only ones there are; empty: any.</param>
public sealed record LabKey(string Path, LabKeyKind Kind, string Meaning, ImmutableArray<string> Values)
{
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>Of the mapping it stands in: empty for the file itself, <c>nodes[]</c> for a node.</summary>
    public string Within => Path.LastIndexOf('.') is >= 0 and var dot ? Path[..dot] : "";

    /// <summary>Of the mapping below it.</summary>
    public string Below => Kind == LabKeyKind.Maps ? Path + "[]" : Path;
}

/// <summary>The keys of a CML lab file (topology schema 0.0.3 to 0.3.0): what the editor offers, explains and does not know.</summary>
public static class LabSchema
{
    public static ImmutableArray<LabKey> All { get; } =
    [
        Key("lab", LabKeyKind.Map, "The lab as a whole: title, description, notes and the version of the file's schema."),
        Key("nodes", LabKeyKind.Maps, "The machines and switches of the lab. May be empty."),
        Key("links", LabKeyKind.Maps, "Which interface is wired to which."),
        Key("annotations", LabKeyKind.Maps, "Shapes and texts drawn on the canvas. They run nothing."),
        Key("smart_annotations", LabKeyKind.Maps, "Frames that CML draws around the nodes that carry a tag."),

        Key("lab.title", LabKeyKind.Text, "What people see. CCM suggests the definition's name from it. At most 1000 characters."),
        Key("lab.description", LabKeyKind.Text, "A few sentences; CCM's description unless the definition has its own. At most 10000 characters."),
        Key("lab.notes", LabKeyKind.Text, "Notes in Markdown, shown beside the lab in CML."),
        Key("lab.version", LabKeyKind.Text, "Version of the topology schema, not of the lab.", "0.0.3", "0.1.0", "0.2.0", "0.2.1", "0.2.2", "0.3.0"),
        Key("lab.timestamp", LabKeyKind.Number, "When it was exported, in seconds since 1970; older exports have it."),

        Key("nodes[].id", LabKeyKind.Text, "Unique in the file, as in n0. Links name nodes by it."),
        Key("nodes[].label", LabKeyKind.Text, "The node's name on the canvas. Port names are made from it; ${NAME} in it is a port."),
        Key("nodes[].node_definition", LabKeyKind.Text, "What the node is. CCM reckons cores and memory from it where the node says none."),
        Key("nodes[].image_definition", LabKeyKind.Text, "The disk image; none: the node definition's own."),
        Key("nodes[].cpus", LabKeyKind.Number, "Virtual cores, 0 to 1024; null: the node definition's own."),
        Key("nodes[].cpu_limit", LabKeyKind.Number, "Share of its cores that it may use, in percent."),
        Key("nodes[].ram", LabKeyKind.Number, "Memory in MiB; null: the node definition's own."),
        Key("nodes[].boot_disk_size", LabKeyKind.Number, "GiB; null: the image's own."),
        Key("nodes[].data_volume", LabKeyKind.Number, "GiB of a second disk; null: none."),
        Key("nodes[].hide_links", LabKeyKind.Flag, "Whether its links are left out of the picture."),
        Key("nodes[].x", LabKeyKind.Number, "Place on the canvas, from left to right."),
        Key("nodes[].y", LabKeyKind.Number, "Place on the canvas, from top to bottom."),
        Key("nodes[].tags", LabKeyKind.Texts, "Words for grouping. serial:5000, vnc:5900 and the like, or ${NAME}, are ports: each instance gets numbers of its own."),
        Key("nodes[].configuration", LabKeyKind.Free, "Day-0 configuration: a text, or a list of files."),
        Key("nodes[].parameters", LabKeyKind.Free, "Settings of the node definition, by name."),
        Key("nodes[].interfaces", LabKeyKind.Maps, "Its interfaces. Links name them by id."),
        Key("nodes[].pyats", LabKeyKind.Free, "How pyATS signs in to the node."),
        Key("nodes[].priority", LabKeyKind.Number, "Start order: a higher one starts earlier."),

        Key("nodes[].interfaces[].id", LabKeyKind.Text, "Unique within the node, as in i0."),
        Key("nodes[].interfaces[].label", LabKeyKind.Text, "The name the system on it uses, as in GigabitEthernet0/0."),
        Key("nodes[].interfaces[].slot", LabKeyKind.Number, "Which slot it sits in; a loopback has none."),
        Key("nodes[].interfaces[].type", LabKeyKind.Text, "What it is.", "physical", "loopback"),
        Key("nodes[].interfaces[].mac_address", LabKeyKind.Text, "null: CML makes one up."),

        Key("links[].id", LabKeyKind.Text, "Unique in the file, as in l0."),
        Key("links[].label", LabKeyKind.Text, "Its name on the canvas."),
        Key("links[].n1", LabKeyKind.Text, "Id of the node at one end."),
        Key("links[].i1", LabKeyKind.Text, "Id of that node's interface."),
        Key("links[].n2", LabKeyKind.Text, "Id of the node at the other end."),
        Key("links[].i2", LabKeyKind.Text, "Id of that node's interface."),
        Key("links[].conditioning", LabKeyKind.Free, "Delay, loss and bandwidth put on the link."),

        Key("annotations[].type", LabKeyKind.Text, "What is drawn.", "text", "line", "ellipse", "rectangle"),
        .. Of("annotations[]", LabKeyKind.Number, "Place on the canvas.", "x1", "y1", "x2", "y2", "x3", "y3"),
        .. Of("annotations[]", LabKeyKind.Number, "How it is drawn.", "thickness", "z_index", "border_radius", "rotation", "text_size"),
        .. Of("annotations[]", LabKeyKind.Text, "How it is drawn.", "color", "border_color", "border_style", "text_content", "text_font", "text_unit", "line_start", "line_end"),
        .. Of("annotations[]", LabKeyKind.Flag, "How the text is set.", "text_bold", "text_italic"),

        Key("smart_annotations[].tag", LabKeyKind.Text, "The tag whose nodes it frames; ${NAME} in it is a port."),
        Key("smart_annotations[].label", LabKeyKind.Text, "What is written on the frame; ${NAME} in it is a port."),
        Key("smart_annotations[].is_on", LabKeyKind.Flag, "Whether it is drawn."),
        .. Of("smart_annotations[]", LabKeyKind.Number, "How the frame is drawn.", "padding", "tag_offset_x", "tag_offset_y", "tag_size", "group_distance", "thickness", "z_index"),
        .. Of("smart_annotations[]", LabKeyKind.Text, "How the frame is drawn.", "border_style", "fill_color", "border_color"),
    ];

    private static readonly FrozenDictionary<string, LabKey> ByPath = All.ToFrozenDictionary(key => key.Path, StringComparer.Ordinal);

    /// <summary>By the mapping they stand in, in the order in which one writes them.</summary>
    private static readonly FrozenDictionary<string, ImmutableArray<LabKey>> ByMapping =
        All.GroupBy(key => key.Within, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal);

    public static LabKey? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>The keys of a mapping; empty when nothing is known of it.</summary>
    public static ImmutableArray<LabKey> KeysOf(string mapping) => ByMapping.GetValueOrDefault(mapping, []);

    private static LabKey Key(string path, LabKeyKind kind, string meaning, params string[] values) => new(path, kind, meaning, [.. values]);

    private static IEnumerable<LabKey> Of(string mapping, LabKeyKind kind, string meaning, params string[] names) => names.Select(name => Key($"{mapping}.{name}", kind, meaning));
}
