import { Button, Input, makeStyles, Tab, TabList, tokens } from "@fluentui/react-components";
import { Dismiss16Regular } from "@fluentui/react-icons/svg/dismiss";
import { Search20Regular } from "@fluentui/react-icons/svg/search";
import type { KeyboardEvent, RefObject } from "react";

import type { UiFilter } from "../ipc/bindings";
import { LONGEST_SEARCH } from "../shared/limits";
import { useWords, type Words } from "../words/words";

interface HistorySearchProps {
  field: RefObject<HTMLInputElement | null>;
  text: string;
  filter: UiFilter;
  onText: (text: string) => void;
  onFilter: (filter: UiFilter) => void;
  /** The keyboard is to go on in the list. */
  onList: () => void;
}

/** What to look for among the calls that are over, and among which of them. */
export function HistorySearch({ field, text, filter, onText, onFilter, onList }: HistorySearchProps) {
  const styles = useStyles();
  const words = useWords();
  const { say } = words;
  const empty = () => {
    onText("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "ArrowDown" || event.key === "Enter") {
      onList();
    } else if (event.key === "Escape" && text !== "") {
      empty();
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div className={styles.search}>
      <Input
        ref={field}
        className={styles.field}
        size="small"
        contentBefore={<Search20Regular aria-hidden />}
        contentAfter={
          text === "" ? undefined : (
            <Button
              appearance="transparent"
              size="small"
              icon={<Dismiss16Regular />}
              aria-label={say("recents.emptySearch")}
              tabIndex={-1}
              onClick={empty}
            />
          )
        }
        autoComplete="off"
        spellCheck={false}
        role="searchbox"
        aria-label={say("recents.find")}
        maxLength={LONGEST_SEARCH}
        placeholder={say("recents.placeholder")}
        value={text}
        onChange={(_, { value }) => onText(value)}
        onKeyDown={onKeyDown}
      />
      {/* They look like tabs and are none: what is below is one list, of which one kind is chosen. */}
      <TabList
        role="radiogroup"
        selectTabOnFocus
        className={styles.filters}
        size="small"
        selectedValue={filter}
        onTabSelect={(_, { value }) => onFilter(FILTERS.find((known) => known === value) ?? "all")}
        aria-label={say("recents.filter")}
      >
        {FILTERS.map((each) => (
          <Tab key={each} value={each} role="radio" aria-selected={undefined} aria-checked={each === filter}>
            {filterName(words, each)}
          </Tab>
        ))}
      </TabList>
    </div>
  );
}

function filterName({ say }: Words, filter: UiFilter): string {
  switch (filter) {
    case "all":
      return say("recents.filter.all");
    case "missed":
      return say("recents.filter.missed");
    case "incoming":
      return say("recents.filter.incoming");
    case "outgoing":
      return say("recents.filter.outgoing");
    case "transferred":
      return say("recents.filter.transferred");
  }
}

const FILTERS: readonly UiFilter[] = ["all", "missed", "incoming", "outgoing", "transferred"];

const useStyles = makeStyles({
  search: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    marginBottom: tokens.spacingVerticalXS,
  },
  field: {
    width: "100%",
    minWidth: 0,
    "& input": { textOverflow: "ellipsis" },
  },
  filters: {
    flexWrap: "wrap",
  },
});
