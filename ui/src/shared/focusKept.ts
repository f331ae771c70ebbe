import { useEffect, useEffectEvent, type RefObject } from "react";

/**
 * Keeps the keyboard in the window: when what it was on is gone (a row removed, a dialog closed), it goes
 * back to where it was before inside `root`, or to `fallback`. Somebody who clicked beside everything
 * meant it, and keeps it there.
 */
export function useFocusKept(root: RefObject<HTMLElement | null>, fallback: () => void): void {
  const onLost = useEffectEvent((before: HTMLElement) => {
    if (before.isConnected) {
      before.focus();
    } else {
      fallback();
    }
  });

  useEffect(() => {
    let last: HTMLElement | null = null;
    let lastInside: HTMLElement | null = null;
    let waiting: ReturnType<typeof setTimeout> | undefined;

    const onFocusIn = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement) {
        last = target;
        lastInside = root.current?.contains(target) === true ? target : lastInside;
      }
    };
    const onFocusOut = ({ target, relatedTarget }: FocusEvent) => {
      // Left on purpose, if it is still there in a moment.
      setTimeout(() => {
        if (relatedTarget === null && target === last && last?.isConnected === true && document.activeElement !== last) {
          last = null;
          lastInside = null;
        }
      });
    };
    const isLost = () => last !== null && !last.isConnected && document.activeElement === document.body;
    const observer = new MutationObserver(() => {
      if (!isLost()) {
        return;
      }
      clearTimeout(waiting);
      // Who owns the place may have a better idea first.
      waiting = setTimeout(() => {
        if (isLost() && lastInside !== null) {
          onLost(lastInside);
        }
      }, OTHERS_FIRST_MS);
    });

    document.addEventListener("focusin", onFocusIn);
    document.addEventListener("focusout", onFocusOut);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", onFocusIn);
      document.removeEventListener("focusout", onFocusOut);
      observer.disconnect();
      clearTimeout(waiting);
    };
  }, [root]);
}

const OTHERS_FIRST_MS = 50;
