using MudBlazor;

namespace Ccm.Portal.Components.Layout;

/// <summary>The portal's colours in light and dark; every text keeps a contrast of 4.5 to 1.</summary>
internal static class CcmTheme
{
    public static readonly MudTheme Theme = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b6e6e", Secondary = "#3d5a80", Info = "#1f5f9e", Success = "#1d6b36", Warning = "#8a5a00", Error = "#b3261e",
            AppbarBackground = "#ffffff", AppbarText = "#1b2528", Background = "#f4f6f7", Surface = "#ffffff", DrawerBackground = "#ffffff", DrawerText = "#1b2528",
            TextPrimary = "#1b2528", TextSecondary = "#4d5a5f", LinesDefault = "#d9e0e2", TableLines = "#e4e9eb", DrawerIcon = "#4d5a5f", ActionDefault = "#4d5a5f",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#5cc9c4", Secondary = "#9db8dc", Info = "#8cbdf0", Success = "#7fd195", Warning = "#f2c063", Error = "#ff9c93",
            PrimaryContrastText = "#06282a", SuccessContrastText = "#08240f", ErrorContrastText = "#3b0905", WarningContrastText = "#2d1e00", InfoContrastText = "#062039",
            AppbarBackground = "#151c1f", AppbarText = "#e6edee", Background = "#0f1517", Surface = "#182023", DrawerBackground = "#151c1f", DrawerText = "#e6edee",
            TextPrimary = "#e6edee", TextSecondary = "#a9b7bb", LinesDefault = "#2b373b", TableLines = "#263135", DrawerIcon = "#a9b7bb", ActionDefault = "#a9b7bb",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", DrawerWidthLeft = "216px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = ["Inter", "Segoe UI", "system-ui", "DejaVu Sans", "sans-serif"], FontSize = ".875rem" },
            Button = new ButtonTypography { TextTransform = "none", FontWeight = "600" },
            H1 = new H1Typography { FontSize = "1.5rem", FontWeight = "650", LineHeight = "1.3", LetterSpacing = "-.01em" },
            H2 = new H2Typography { FontSize = "1.1rem", FontWeight = "650", LineHeight = "1.4", LetterSpacing = "0" },
        },
    };
}
