import { Field, makeStyles, Textarea, tokens } from "@fluentui/react-components";
import { useContext, useId, useLayoutEffect, useRef } from "react";

import type { UiCall } from "../ipc/bindings";
import { ExpertsContext } from "../people/experts";
import { focusRing } from "../shared/focusRing";
import { FoldSign } from "../shared/FoldSign";
import { LONGEST_NOTE } from "../shared/limits";
import { useWords } from "../words/words";
import { useDraft, type NoteField } from "./drafts";

/** What the agent writes down about a customer’s call, folded until it is wanted. */
export function Notes({ call }: { call: UiCall }) {
  const styles = useStyles();
  const { say } = useWords();
  const told = useContext(ExpertsContext) !== null;
  const { drafts, note, open } = useDraft(call);
  const id = useId();
  const fields = useRef<Partial<Record<NoteField, HTMLTextAreaElement | null>>>({});

  // Another card has taken over while somebody was typing: the hand stays where it was.
  useLayoutEffect(() => {
    const { typing } = drafts;
    const element = typing?.call === call.id ? (fields.current[typing.field] ?? null) : null;
    if (typing !== null && element !== null && document.activeElement === document.body) {
      element.focus();
      element.setSelectionRange(typing.caret, typing.caret);
    }
  }, [drafts, call.id]);

  const written = [note.tried, note.note].filter((text) => text.trim() !== "").length;
  const field = (name: NoteField, label: string) => (
    <Field label={label} size="small">
      <Textarea
        textarea={{
          ref: (element) => {
            fields.current[name] = element;
          },
        }}
        size="small"
        resize="vertical"
        maxLength={LONGEST_NOTE}
        value={note[name]}
        onChange={({ target }, { value }) => {
          drafts.typing = { call: call.id, field: name, caret: target.selectionEnd };
          drafts.write(call, { ...note, [name]: value });
        }}
        onFocus={({ target }) => {
          drafts.typing ??= { call: call.id, field: name, caret: target.selectionEnd };
        }}
        onSelect={({ currentTarget }) => {
          drafts.typing = { call: call.id, field: name, caret: currentTarget.selectionEnd };
        }}
        onBlur={() => {
          drafts.typing = null;
          drafts.send(call.id);
        }}
      />
    </Field>
  );

  return (
    <div className={styles.notes}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => drafts.open(call, !open)}
      >
        <FoldSign open={open} />
        {say("calls.notes")}
        {!open && written > 0 && <span className={styles.written}>· {say("calls.notes.written")}</span>}
      </button>
      {open && (
        <div id={id} className={styles.fields}>
          {field("tried", say("calls.notes.tried"))}
          {field("note", say("calls.notes.note"))}
          {told && <p className={styles.hint}>{say("calls.notes.told")}</p>}
        </div>
      )}
    </div>
  );
}

const useStyles = makeStyles({
  notes: {
    minWidth: 0,
  },
  fold: {
    ...focusRing,
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    padding: `${tokens.spacingVerticalXS} 0`,
    border: "none",
    borderRadius: tokens.borderRadiusMedium,
    background: "none",
    color: tokens.colorNeutralForeground2,
    fontFamily: "inherit",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    cursor: "pointer",
    ":hover": { color: tokens.colorNeutralForeground1 },
  },
  written: {
    fontWeight: tokens.fontWeightRegular,
  },
  fields: {
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalS,
    paddingTop: tokens.spacingVerticalXS,
  },
  hint: {
    margin: 0,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
  },
});
