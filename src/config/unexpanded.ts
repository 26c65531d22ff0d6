/**
 * Texts that a pipeline, a shell or a template should have replaced by a value, or freed of quotes, before they came here.
 */

interface Unexpanded {
  /** As it is written. It names a variable and is no secret, so messages may quote it. */
  readonly reference: string;
  readonly name: string;
}

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

const forms: readonly RegExp[] = [
  /** GitHub Actions. */
  /\$\{\{\s*([^{}]+?)\s*\}\}/,
  /** Azure Pipelines, at run time: `$[variables.x]`. */
  /\$\[\s*([^[\]]+(?:\['[^']+'\])?)\s*\]/,
  /** Azure Pipelines and Kubernetes. */
  /\$\(([\w.-]+)\)/,
  /** Shells, Compose and GitLab, also with an empty default (any other could be a secret); editors have `${env:X}`. */
  /\$\{(?:env:)?([\w.]+(?:-\w+)*)(?::?[-=?+])?\}/,
  /** Templates, such as those of Jinja and Helm. */
  /\{\{\s*([^{}]+?)\s*\}\}/,
  /** Concourse, and tasks that replace tokens. */
  /^\(\(\s*([\w.:/-]+)\s*\)\)$/,
  /^#\{\s*([\w.-]+)\s*\}#?$/,
  /** Azure's task that replaces tokens, too. */
  /^__([a-z](?:_?[a-z\d])*)__$/i,
  /** Shells, and PowerShell's `$env:X`: nothing marks the end, so it has to be the whole text. */
  /^\$(?:env:|\$)?([a-z_]\w*)$/i,
  /** The command prompt of Windows. */
  /^%([a-z_]\w*)%$/i,
];

/** The first reference in the text; `undefined` where there is none. */
function findUnexpanded(text: string): Unexpanded | undefined {
  for (const form of forms) {
    const [reference, inner] = form.exec(text.trim()) ?? [];
    if (reference !== undefined && inner !== undefined) return { reference, name: lastName(inner) };
  }
  return undefined;
}

/** `secrets.QLIK_KEY`, `variables['QLIK_KEY']` and `.Values.QLIK_KEY` are all about QLIK_KEY. */
function lastName(inner: string): string {
  return /([a-z_][\w-]*)\W*$/i.exec(inner)?.[1] ?? inner;
}

/** As instructions write it, as logs hide it, and as programs print what they do not have. */
const placeholder = /^(?:<[a-z][\w .-]*>|\*{3,}|undefined|null)$/i;

const inQuotes = /^(["']).*\1$/s;

/**
 * What is wrong with a variable whose value is itself a reference, a placeholder or in quotes; `undefined` where it is
 * none.
 */
export function explainUnexpanded(value: string): Explanation | undefined {
  const text = value.trim();
  if (placeholder.test(text)) {
    return { message: `is the text ${text} and not a value`, hint: 'put the value itself in its place' };
  }
  const found = findUnexpanded(text);
  if (found === undefined) return inQuotes.test(text) ? quoted : undefined;
  const { reference, name } = found;
  return {
    message: `is the text ${reference} and not a value: ${name} is not set where that should have been replaced`,
    hint: `set ${name} for this job; protected variables and the secrets of an environment reach only their own branches and jobs, and a fork gets none`,
  };
}

const quoted: Explanation = {
  message: 'is in quotes, which are part of its value',
  hint: 'write it without them: files for docker --env-file and the variable pages of pipelines keep quotes',
};

/** What to write in a config file in place of another program's reference; `undefined` if it is not one. */
export function explainForeignReference(text: string): string | undefined {
  const found = findUnexpanded(text);
  const own = `\${${found?.name}}`;
  if (found === undefined || found.reference === own) return undefined;
  return `${found.reference} is not replaced in this file; write ${own}`;
}
