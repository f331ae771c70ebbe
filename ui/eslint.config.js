import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const text = ":matches(Literal[value=/\\p{L}{2}/u], TemplateElement[value.raw=/\\p{L}{2}/u])";
const read = "/^(aria-(label|description|valuetext|roledescription)|title|placeholder|alt|label|content|hint|words|advice|subText|spoken|button|hears|purpose)$/";

/** Letters that stand in the page, or in what a reader says; not what picks one of several values. */
const literalWords = [
  "JSXText[value=/\\p{L}{2}/u]",
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer ${text}:not(CallExpression *, BinaryExpression > *, JSXAttribute *, MemberExpression *)`,
  `JSXAttribute[name.name=${read}] ${text}:not(CallExpression *, BinaryExpression > *, MemberExpression *, JSXElement JSXElement *)`,
];

export default defineConfig(
  { ignores: ["dist/", "src/ipc/"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat["recommended-latest"],
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["eslint.config.js"], extends: [tseslint.configs.disableTypeChecked] },
  {
    // The pages speak several languages: what is to be read or heard comes from src/words.
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx", "src/host/fake/**"],
    rules: { "no-restricted-syntax": ["error", ...literalWords.map((selector) => ({ selector, message: "Put it into src/words/en.json." }))] },
  },
  {
    // One folder knows the window's host; everything else talks to the interface in it.
    ignores: ["src/host/tauri.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ group: ["@tauri-apps/*"], message: "Only src/host/tauri.ts may." }] }],
    },
  },
);
