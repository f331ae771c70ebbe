import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  build: {
    // The oldest web views we meet: WebKitGTK 2.40, WKWebView of macOS 13, WebView2.
    target: ["safari16.4", "chrome110"],
    // Inlined assets would need data: in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Read from the binary, not from a network: one file is the fastest.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "index", tags: ["$initial"] }] } } },
  },
  server: { port: 5173, strictPort: true },
  test: {
    environment: "jsdom",
    setupFiles: ["src/host/fake/setup.ts"],
    restoreMocks: true,
    // The library's pages are large for jsdom, and the machine may be compiling beside.
    testTimeout: 30_000,
  },
});
