/** Text that a build step should have replaced. Seen in 22 of 357 real manifests. */

const anywhere = [
  /@@\w+(?:\.\w+)*/, // grunt-replace, gulp-replace: @@version, @@pkg.version
  /<%[=-]?[\s\S]*?%>/, // lodash, EJS
  /\$\{[^}]*\}/, // shell, webpack
  /\{\{[^}]*\}\}/, // mustache, handlebars
  /#\{[^}]*\}#/, // Azure Pipelines "replace tokens"
];

const wholeText = [
  /^%[\w.-]+%$/, // %VERSION%
  /^__[A-Z][A-Z\d_]*__$/, // __VERSION__
];

/** Every placeholder contains one of these, and hardly any other text does. */
const telltale = /[@%{]|__/;

/** The first placeholder in `text`, or `undefined`. */
export function findPlaceholder(text: string): string | undefined {
  if (!telltale.test(text)) return undefined;
  for (const pattern of [...anywhere, ...wholeText]) {
    const found = pattern.exec(text);
    if (found !== null) return found[0];
  }
  return undefined;
}
