import { tokens, type GriffelStyle } from "@fluentui/react-components";

/** Visible focus for our own controls, the same as the library's. */
export const focusRing = {
  outlineStyle: "none",
  ":focus-visible": {
    outline: `2px solid ${tokens.colorStrokeFocus2}`,
    outlineOffset: "2px",
  },
} satisfies GriffelStyle;
