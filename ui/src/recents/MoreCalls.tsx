import { Button } from "@fluentui/react-components";
import { useEffect, useEffectEvent, useRef } from "react";

import { useWords } from "../words/words";

interface MoreCallsProps {
  /** How many calls stand above. */
  after: number;
  onMore: () => void;
}

/** The end of a list that goes on: older calls come when it is scrolled into view, or pressed. */
export function MoreCalls({ after, onMore }: MoreCallsProps) {
  const { say } = useWords();
  const button = useRef<HTMLButtonElement>(null);
  const onSeen = useEffectEvent(onMore);
  useEffect(() => {
    if (button.current === null || !("IntersectionObserver" in window)) {
      return undefined;
    }
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) {
        onSeen();
      }
    });
    observer.observe(button.current);
    return () => observer.disconnect();
    // Where the list still ends in view, it goes on.
  }, [after]);
  return (
    <Button ref={button} appearance="transparent" size="small" onClick={onMore}>
      {say("recents.more")}
    </Button>
  );
}
