import { createDOMRenderer, RendererProvider } from "@fluentui/react-components";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import type { Host } from "./host/host";
import { tauriHost } from "./host/tauri";

import "./page.css";
import { load } from "./words/languages";

/** In a plain browser, while the pages are being made: a scene by name, `?scene=incoming`. */
async function chooseHost(): Promise<Host> {
  const scene = new URLSearchParams(location.search).get("scene");
  if (import.meta.env.DEV && scene !== null) {
    const [{ FakeHost }, { scenes }, { peopleIn }, { directory }] = await Promise.all([
      import("./host/fake/FakeHost"),
      import("./host/fake/scenes"),
      import("./host/fake/officeScenes"),
      import("./host/fake/office"),
    ]);
    const shown = scenes[scene];
    if (shown !== undefined) {
      const host = new FakeHost(shown, peopleIn[scene] ?? null);
      host.directory = (peopleIn[scene]?.total ?? 0) > 0 ? directory(5_000) : null;
      return host;
    }
  }
  return tauriHost;
}

const root = document.getElementById("root");
if (root === null) {
  throw new Error("the page has no root element");
}

// The content security policy allows styles by a nonce that the window's host put into the page.
const renderer = createDOMRenderer(document, {
  styleElementAttributes: {
    nonce: document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "",
  },
});

/** While the pages are being made, any language can be looked at: `?scene=incoming&lang=en-XA`. */
function chooseLanguage(): string | null {
  return import.meta.env.DEV ? new URLSearchParams(location.search).get("lang") : null;
}

const language = chooseLanguage();
// The first page is drawn in the right language, if that can be read; else in English.
const [host] = await Promise.all([chooseHost(), load(language).catch(() => undefined)]);
createRoot(root).render(
  <StrictMode>
    <RendererProvider renderer={renderer}>
      <App host={host} language={language} />
    </RendererProvider>
  </StrictMode>,
);
