/** What a browser draws of an extension, from the tenant's archive and from the folder, and what follows from it. */

/**
 * `drawn`: no console error from its files, and more than one colour · `blank`: one colour · `failed`: threw, wrote a console
 * error, or did not end · `loaded`: of the kind before nebula.js, which is loaded and never drawn · `unclear`: this page
 * cannot tell.
 */
export const previewResults = ['drawn', 'blank', 'failed', 'loaded', 'unclear'] as const;

export type PreviewResult = (typeof previewResults)[number];

/** `supernova`: drawn by nebula.js; `classic`: a module with `paint`, which only Qlik Sense can draw. */
export type PreviewKind = 'supernova' | 'classic';

/** All texts are the extension's own, unescaped. */
export interface PreviewError {
  readonly kind: 'exception' | 'console';
  readonly message: string;
  /** Below the extension's folder; absent if it comes from no file of the extension. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
}

export interface PreviewSide {
  readonly kind: PreviewKind;
  readonly result: PreviewResult;
  /** For every result but `drawn`, as a clause. */
  readonly why?: string;
  readonly version?: string;
  /** The picture, relative to the working directory. */
  readonly picture?: string;
  readonly errors: readonly PreviewError[];
  /** Requests to outside, each once, in the form in which a CSP would have to allow it: `connect-src https://example.com`. */
  readonly blocked: readonly string[];
  /** Files that it requests and does not have. */
  readonly missing: readonly string[];
}

export interface Preview {
  readonly name: string;
  /** The archive on the tenant. */
  readonly old?: PreviewSide;
  /** Why there is none, as a clause. */
  readonly withoutOld?: string;
  /** The folder, as it would be uploaded. */
  readonly new: PreviewSide;
  /** Between the two pictures. */
  readonly difference?: PreviewDifference;
  /** Where the data comes from: made up from what the supernova asks for, or a file, relative to the working directory. */
  readonly data?: { readonly from: 'sample' } | { readonly from: 'fixture'; readonly file: string };
}

export interface PreviewDifference {
  /** Pixels that differ, and the number of all. */
  readonly pixels: number;
  readonly of: number;
  /** Present if some differ. */
  readonly picture?: string;
}

/** The browser that drew all of them. */
export interface PreviewBrowserFacts {
  /** `Chromium 142.0.7444.59` */
  readonly version: string;
  /** `off`: this machine cannot run it. */
  readonly sandbox: 'on' | 'off';
  /** Version of `@nebula.js/stardust`; absent if there was nothing for it to draw. */
  readonly stardust?: string;
}

/** What was observed of one side. */
export interface SideFacts {
  readonly kind: PreviewKind;
  /** Why the page did not finish: out of time, crashed, left. */
  readonly ended?: string;
  /** What its module threw or could not find. */
  readonly thrown?: string;
  /** What nebula.js threw when it was to draw it. */
  readonly undrawn?: string;
  /** What the module returned: `supernova`, `object`, or another type's name. */
  readonly exports?: string;
  /** Of an object: which of `paint`, `definition`, `controller`, `template` it has. */
  readonly has?: readonly string[];
  /** Modules that this page does not provide. */
  readonly unknown: readonly string[];
  readonly errors: readonly PreviewError[];
  /** What stardust shows in place of the object. */
  readonly notice?: string;
  /** Distinct colours of its picture; 2 stands for more. */
  readonly colours?: number;
}

interface Judgement {
  readonly result: PreviewResult;
  readonly why?: string;
}

export function judgeSide(facts: SideFacts): Judgement {
  const { kind, ended, thrown, unknown } = facts;
  if (ended !== undefined) return { result: 'failed', why: ended };
  if (thrown !== undefined) {
    if (unknown.length > 0) return { result: 'unclear', why: `${describeUnknown(unknown)}: ${thrown}` };
    return { result: 'failed', why: `threw while it was loaded: ${thrown}` };
  }
  return kind === 'supernova' ? judgeSupernova(facts) : judgeClassic(facts);
}

function describeUnknown(unknown: readonly string[]): string {
  return `needs ${unknown.join(', ')}, which only Qlik Sense has`;
}

function judgeSupernova({ exports, undrawn, errors, notice, colours, unknown }: SideFacts): Judgement {
  const [own] = errors.filter(({ file }) => file !== undefined);
  if (exports !== 'supernova') {
    if (own?.kind === 'exception')
      return { result: 'failed', why: `threw while it was loaded: ${own.message}` };
    return { result: 'failed', why: `its module gives ${nameOf(exports)}, not a supernova` };
  }
  if (own !== undefined) {
    const what = own.kind === 'exception' ? 'threw while it was drawn' : 'wrote an error to the console';
    return { result: 'failed', why: `${what}: ${own.message}` };
  }
  if (undrawn !== undefined) return { result: 'failed', why: `nebula.js cannot draw it: ${undrawn}` };
  if (notice !== undefined) {
    return {
      result: 'unclear',
      why: `nebula.js shows "${notice}" with this data; a fixture can give it other data`,
    };
  }
  if (colours !== undefined && colours > 1) return { result: 'drawn' };
  const [other] = errors;
  if (other !== undefined)
    return { result: 'blank', why: `one colour only, and an error outside its files: ${other.message}` };
  const needs = unknown.length > 0 ? `, and it ${describeUnknown(unknown)}` : '';
  return { result: 'blank', why: `one colour only${needs}` };
}

function judgeClassic({ exports, has = [], errors, unknown }: SideFacts): Judgement {
  const thrown = errors.find(({ kind, file }) => kind === 'exception' && file !== undefined);
  if (thrown !== undefined) {
    if (unknown.length > 0)
      return { result: 'unclear', why: `${describeUnknown(unknown)}: ${thrown.message}` };
    return { result: 'failed', why: `threw while it was loaded: ${thrown.message}` };
  }
  if (exports !== 'object')
    return { result: 'failed', why: `its module gives ${nameOf(exports)}, not an object` };
  if (!has.includes('paint') && !has.includes('template'))
    return { result: 'failed', why: 'exports neither paint nor template' };
  const exported = has.join(', ');
  return { result: 'loaded', why: `loaded with stubs and not drawn; exports ${exported}` };
}

function nameOf(type: string | undefined): string {
  return type === undefined || type === 'undefined' ? 'nothing' : `a value of the type ${type}`;
}

/** Whether the folder fails or is blank although the tenant's archive does not, or nothing is known of that one. */
export function isWorse({ old, new: fresh }: Pick<Preview, 'old' | 'new'>): boolean {
  return isBroken(fresh.result) && (old === undefined || !isBroken(old.result));
}

function isBroken(result: PreviewResult): boolean {
  return result === 'failed' || result === 'blank';
}
