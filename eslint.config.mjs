// What every browser script is held to: plain mistakes, the habits of the house, and no HTML built from text.
import js from '@eslint/js';
import globals from 'globals';

const house = {
  'array-callback-return': 'error',
  complexity: ['error', 10],
  'default-case-last': 'error',
  'dot-notation': 'error',
  eqeqeq: 'error',
  'max-depth': ['error', 3],
  'no-caller': 'error',
  'no-console': 'error',
  'no-constructor-return': 'error',
  'no-else-return': 'error',
  'no-eval': 'error',
  'no-implied-eval': 'error',
  'no-lonely-if': 'error',
  'no-new-func': 'error',
  'no-promise-executor-return': 'error',
  'no-return-assign': 'error',
  'no-self-compare': 'error',
  'no-shadow': 'error',
  'no-template-curly-in-string': 'error',
  'no-throw-literal': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unneeded-ternary': 'error',
  'no-unreachable-loop': 'error',
  'no-unused-expressions': 'error',
  'no-unused-vars': ['error', { args: 'after-used', argsIgnorePattern: '^_' }],
  'no-use-before-define': ['error', { functions: false, classes: false, variables: false }],
  'no-useless-concat': 'error',
  'no-useless-return': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'prefer-template': 'error',
  radix: 'error',
  'require-await': 'error',
  yoda: 'error',
  'no-restricted-properties': ['error',
    ...['innerHTML', 'outerHTML', 'insertAdjacentHTML'].map((property) => ({ property, message: 'Build elements with lib/dom.js: text never becomes HTML.' })),
  ],
};

export default [
  { ignores: ['node_modules/', 'service/static/', 'service/feel/bundle.js', 'var/', '.venv/', 'htmlcov/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { rules: house },
  { files: ['service/assets/**/*.js'], languageOptions: { globals: globals.browser } },
  // This part also runs in the server's isolate, which has neither a page nor a clock of its own.
  { files: ['service/assets/feel/**/*.js'], languageOptions: { globals: Object.fromEntries(Object.keys(globals.browser).map((name) => [name, 'off'])) } },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  { files: ['tests/**/*.mjs'], rules: { 'no-console': 'off' } }, // what a test's program answers, it prints
];
