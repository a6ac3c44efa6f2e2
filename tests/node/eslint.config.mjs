// What runs in customers' browsers uses nothing newer than Baseline 2022.
import baseline from "eslint-plugin-baseline-js";

// Read where they are and told apart where they are not: a property that is undefined, a clipboard whose failure is caught.
const ignoreFeatures = ["webdriver", "gpc", "async-clipboard"];
const preset = "auto";
// Methods of values, of whose types the plugin knows nothing, and the parts of a language that it leaves out.
const NEWER = "/^(toSorted|toReversed|toSpliced|isWellFormed|toWellFormed|isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference|checkVisibility|showPopover|hidePopover|togglePopover)$/";
const message = "This is newer than Baseline 2022.";
const newer = [
  { selector: `MemberExpression[property.name=${NEWER}]`, message },
  { selector: "NewExpression[callee.name='FormData'][arguments.length>1]", message },
  { selector: "Literal[regex.pattern=/\\(\\?<[=!]/], Literal[regex.flags=/v/]", message },
  { selector: ":matches(NewExpression, CallExpression)[callee.name='RegExp'] :matches(Literal[value=/\\(\\?<[=!]/], TemplateElement[value.raw=/\\(\\?<[=!]/])", message },
  { selector: "CallExpression > Literal[value=/\\(\\?<[=!]/]", message },
];

export default [
  {
    files: ["**/*.js"],
    plugins: { "baseline-js": baseline },
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "baseline-js/use-baseline": ["error", { available: 2022, ignoreFeatures, includeWebApis: { preset }, includeJsBuiltins: { preset } }],
      "no-restricted-syntax": ["error", ...newer],
    },
  },
];
