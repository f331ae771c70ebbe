import { vi } from "vitest";

/** Makes the window 800 pixels wide and more, until the end of the test. */
export function widen(): void {
  vi.spyOn(window, "matchMedia").mockImplementation(
    (media) =>
      ({
        matches: media.includes("min-width: 800px"),
        media,
        addEventListener: () => undefined,
        removeEventListener: () => undefined,
      }) as unknown as MediaQueryList,
  );
}
