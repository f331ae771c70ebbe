import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

afterEach(cleanup);

// What is read only when it is wanted first takes its time on a machine that compiles beside.
configure({ asyncUtilTimeout: 20_000 });

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
// page. What is seen is looked at in the real web view (tests/ui); here it is enough to know what is hidden.
const insertRule = Object.getOwnPropertyDescriptor(CSSStyleSheet.prototype, "insertRule")?.value as CSSStyleSheet["insertRule"];
CSSStyleSheet.prototype.insertRule = function (this: CSSStyleSheet, rule, index) {
  return /(display: ?none|visibility: ?hidden)/.test(rule) ? insertRule.call(this, rule, index) : 0;
};
