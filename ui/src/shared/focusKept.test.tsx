import { act, render, screen, waitFor } from "@testing-library/react";
import { useCallback, useRef } from "react";
import { createPortal } from "react-dom";
import { expect, it } from "vitest";

import { useFocusKept } from "./focusKept";

function Page({ first, second, layer }: { first?: boolean; second?: boolean; layer?: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useFocusKept(root, useCallback(() => field.current?.focus(), []));
  return (
    <>
      <div ref={root}>
        <input ref={field} />
        {first === true && <button type="button">First</button>}
        {second === true && <button type="button">Second</button>}
      </div>
      {layer === true && createPortal(<button type="button">Layer</button>, document.body)}
    </>
  );
}

const focus = (name: string) => act(() => screen.getByRole("button", { name }).focus());
const focused = () => document.activeElement?.textContent;

it("gives the keyboard to the fallback when what had it is gone", async () => {
  const { rerender } = render(<Page first second />);
  focus("Second");
  rerender(<Page first />);
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("textbox")));
});

it("gives it back to where it was before a layer", async () => {
  const { rerender } = render(<Page first layer />);
  focus("First");
  focus("Layer");
  rerender(<Page first />);
  await waitFor(() => expect(focused()).toBe("First"));
});

it("leaves alone who has taken it away on purpose, and who has it elsewhere", async () => {
  const { rerender } = render(<Page first second />);
  focus("Second");
  act(() => screen.getByRole("button", { name: "Second" }).blur());
  await new Promise((resolve) => setTimeout(resolve, 20));
  rerender(<Page first />);
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(document.activeElement).toBe(document.body);
  focus("First");
  rerender(<Page first second />);
  rerender(<Page first />);
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(focused()).toBe("First");
});
