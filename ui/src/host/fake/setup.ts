import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(cleanup);

// What jsdom lacks and Fluent UI asks for.
vi.stubGlobal("matchMedia", (media: string) => ({
  matches: false,
  media,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  },
);

// Most of what a test in jsdom costs is the library's style sheets, which are read for every question to the
// page. Nothing here looks at a style: what is seen is looked at in the real web view (tests/ui).
CSSStyleSheet.prototype.insertRule = () => 0;
