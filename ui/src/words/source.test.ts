import { parse, TYPE, type MessageFormatElement } from "@formatjs/icu-messageformat-parser";
import ts from "typescript";
import { expect, it } from "vitest";

import english from "./en.json";

// The pages as text: what they say is checked here, and what they look like elsewhere.
const files = Object.entries(
  import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!../host/fake/**", "!../ipc/**", "!./**"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));

it("finds the pages", () => {
  expect(files.length).toBeGreaterThan(80);
});

it("gives every message the values that it asks for", () => {
  const wrong: string[] = [];
  each(ts.isCallExpression, (call) => {
    const [first, second] = call.arguments;
    if (!/\b(say|draw)$/.test(call.expression.getText()) || first === undefined) {
      return;
    }
    // Values that are made elsewhere are seen by the tests of the pages: what is missing throws.
    const given = second === undefined ? [] : ts.isObjectLiteralExpression(second) ? second.properties.map((property) => property.name?.getText() ?? "") : null;
    for (const id of literals(first)) {
      const asked = [...values(parse(english[id as keyof typeof english]))].sort();
      if (given !== null && JSON.stringify(given.sort()) !== JSON.stringify(asked)) {
        wrong.push(`${place(call)}: ${id} asks for ${asked.join(", ")}`);
      }
    }
  });
  expect(wrong).toEqual([]);
});

it("has no message that nobody says", () => {
  const said = new Set<string>();
  each(ts.isStringLiteral, ({ text }) => said.add(text));
  expect(Object.keys(english).filter((id) => !said.has(id))).toEqual([]);
});

it("has no sentence outside of the catalogue", () => {
  const found: string[] = [];
  const look = (node: ts.Node, text: string) => {
    if (/\p{L}{2,}[,;:]? \p{L}{2,}/u.test(text) && !isOwnBusiness(node)) {
      found.push(`${place(node)}: ${text}`);
    }
  };
  each(ts.isStringLiteral, (node) => look(node, node.text));
  each(ts.isNoSubstitutionTemplateLiteral, (node) => look(node, node.text));
  each(ts.isTemplateExpression, (node) => look(node, [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…")));
  each(ts.isJsxText, (node) => look(node, node.text));
  expect(found).toEqual([]);
});

/** Styles, selectors, and what is said to who makes the pages. */
function isOwnBusiness(node: ts.Node): boolean {
  for (let at = node; !ts.isSourceFile(at); at = at.parent) {
    if (ts.isNewExpression(at) && at.expression.getText() === "Error") {
      return true;
    }
    if (ts.isCallExpression(at) && /makeStyles$|querySelector|createTheme|useMedia|matches$/.test(at.expression.getText())) {
      return true;
    }
    if (ts.isVariableDeclaration(at) && /^(shape|light|dark|focusRing)$/.test(at.name.getText())) {
      return true;
    }
  }
  return false;
}

/** The ids that a first argument may be: one, or either of two. */
function literals(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteral(node)) {
    return [node.text];
  }
  return ts.isConditionalExpression(node) ? [...literals(node.whenTrue), ...literals(node.whenFalse)] : [];
}

function values(message: readonly MessageFormatElement[]): ReadonlySet<string> {
  return new Set(
    message.flatMap((element): string[] => {
      switch (element.type) {
        case TYPE.literal:
        case TYPE.pound:
          return [];
        case TYPE.plural:
        case TYPE.select:
          return [element.value, ...Object.values(element.options).flatMap(({ value }) => [...values(value)])];
        case TYPE.tag:
          return [element.value, ...values(element.children)];
        case TYPE.argument:
        case TYPE.number:
        case TYPE.date:
        case TYPE.time:
          return [element.value];
      }
    }),
  );
}

function each<T extends ts.Node>(is: (node: ts.Node) => node is T, visit: (node: T) => void): void {
  const down = (node: ts.Node): void => {
    if (is(node)) {
      visit(node);
    }
    ts.forEachChild(node, down);
  };
  files.forEach(down);
}

function place(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
