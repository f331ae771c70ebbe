import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from "@fluentui/react-components";
import { useLayoutEffect } from "react";

import type { UiTheme } from "../ipc/bindings";
import { useMedia } from "./media";

/** The light or dark theme: the one that was chosen, else as the system has it now. */
export function useTheme(chosen: UiTheme): Theme {
  const darkThere = useMedia("(prefers-color-scheme: dark)");
  const isDark = chosen === "system" ? darkThere : chosen === "dark";
  // What the web view draws itself, as scroll bars, goes along.
  useLayoutEffect(() => {
    document.documentElement.style.colorScheme = chosen === "system" ? "" : chosen;
  }, [chosen]);
  return isDark ? dark : light;
}

/**
 * The one accent: petrol. Green and red stay free for answering and hanging up, amber for hold. It is not the
 * system's: no web view tells a page which that is (docs/upstream.md).
 */
const petrol: BrandVariants = {
  10: "#01141b",
  20: "#062632",
  30: "#073747",
  40: "#094459",
  50: "#0a526b",
  60: "#0c607d",
  70: "#0e6e90",
  80: "#14759a",
  90: "#3a8bac",
  100: "#5799b6",
  110: "#70a8c1",
  120: "#89b7cc",
  130: "#a1c5d6",
  140: "#b9d4e1",
  150: "#d1e3ec",
  160: "#e9f2f6",
};

/** The system's own face where it has one, and softer corners than the library's. */
const shape = {
  fontFamilyBase:
    "'Segoe UI Variable Text', 'Segoe UI', -apple-system, BlinkMacSystemFont, system-ui, 'Inter', 'Noto Sans', sans-serif",
  fontFamilyMonospace: "'Cascadia Mono', Consolas, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace",
  borderRadiusMedium: "8px",
  borderRadiusLarge: "10px",
  borderRadiusXLarge: "14px",
} satisfies Partial<Theme>;

// Neutrals a touch warmer than the library's: paper, not steel.
const light: Theme = {
  ...createLightTheme(petrol),
  ...shape,
  colorNeutralBackground2: "#faf9f7",
  colorNeutralBackground3: "#f4f2ef",
};

const dark: Theme = {
  ...createDarkTheme(petrol),
  ...shape,
  colorNeutralBackground1: "#272524",
  colorNeutralBackground1Hover: "#33302f",
  colorNeutralBackground1Pressed: "#201e1d",
  colorNeutralBackground2: "#1c1a19",
  colorNeutralBackground3: "#1f1d1c",
  colorNeutralBackground5: "#3b3836",
  colorNeutralBackground5Pressed: "#4a4644",
  colorBrandForeground1: petrol[120],
  // On our warmer neutrals the library's red falls short of a contrast of 4.5.
  colorStatusDangerForeground1: "#ee8f97",
  // A warning is not an alarm.
  colorStatusWarningBackground1: "#33271c",
  colorStatusWarningBorder1: "#7a5224",
};
