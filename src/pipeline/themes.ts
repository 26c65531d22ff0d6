/**
 * When the tenant is asked for its themes. A project without one makes no request for them, so a run asks if the folders
 * hold a theme, if a run recorded here wrote one, or if the config says so or names one.
 */

import { kindOf } from '../core/kind.js';
import type { ActualState, DesiredState, Finding } from '../core/model.js';
import { finding } from '../core/rules/catalogue.js';
import { applySeverities } from '../core/rules.js';
import type { SeenChange } from '../core/seen.js';
import type { Run } from '../run/run.js';
import { createSelector, type Selector } from '../run/selection.js';
import { readOnce } from '../run/settings.js';
import { discover } from '../source/discover/discover.js';
import { addThemes } from '../tenant/actual.js';

interface Asked {
  /** Every name that the folders, the command line or past runs have. */
  readonly names: readonly string[];
  /** The changes of the plan that is applied, whose knowledge of the tenant counts. */
  readonly reviewed?: readonly SeenChange[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Asking = Pick<Run, 'settings' | 'tenant' | 'past'>;

/**
 * Adds the themes if they matter. What a key may not list counts as unlisted, never as absent; but a reviewed plan that
 * knew the themes cannot be applied without them.
 *
 * @throws TenantError
 */
export async function listThemes(
  run: Asking,
  actual: ActualState,
  { names, reviewed = [], signal }: Asked,
): Promise<ActualState> {
  const unlisted = reviewed.find(({ blocked }) => blocked?.rail === 'unlisted');
  if (unlisted !== undefined)
    return {
      ...actual,
      unlisted: new Map([['theme', unlisted.blocked?.message ?? 'not listed for the plan']]),
    };
  const known = reviewed.map(({ name }) => name);
  if (!(await concernThemes(run, [...names, ...known]))) return actual;
  const refused = known.some(isTheme) ? 'thrown' : 'noted';
  return addThemes(actual, run.tenant.themes, refused, { signal });
}

/**
 * The same for commands that read no folders, and need all of what the tenant holds.
 *
 * @param patterns those of the command line, which may name a theme
 * @throws TenantError if the key may not list them
 */
export async function listThemesToo(
  run: Asking & Pick<Run, 'io'>,
  actual: ActualState,
  patterns: readonly string[],
): Promise<ActualState> {
  return listNamed(run, actual, patterns, 'thrown');
}

/**
 * The same for a command that reads no folders, and says for each tenant what it could not list.
 *
 * @param listing the list of extensions, which is on its way meanwhile
 * @param patterns those of the command line, which may name a theme
 */
export async function listThemesAsFarAs(
  run: Asking & Pick<Run, 'io'>,
  listing: Promise<ActualState>,
  patterns: readonly string[],
): Promise<ActualState> {
  return listNamed(run, listing, patterns, 'noted');
}

async function listNamed(
  run: Asking & Pick<Run, 'io'>,
  listing: ActualState | Promise<ActualState>,
  patterns: readonly string[],
  refused: Parameters<typeof addThemes>[2],
): Promise<ActualState> {
  const concerned = namesThatConcern(run.settings, patterns).then((names) => concernThemes(run, names));
  // If the tenant cannot be read, nobody awaits this.
  concerned.catch(() => undefined);
  const actual = await listing;
  if (!(await concerned)) return actual;
  return addThemes(actual, run.tenant.themes, refused, { signal: run.io.interrupted });
}

async function namesThatConcern(
  settings: Asking['settings'],
  patterns: readonly string[],
): Promise<readonly string[]> {
  return settings.config.themes === 'auto' ? [...patterns, ...(await findNames(settings))] : [];
}

/** If themes are among these names, whatever the config says. @throws TenantError if the key may not list them */
export async function listThemesOf(
  { tenant, io }: Pick<Run, 'tenant' | 'io'>,
  actual: ActualState,
  names: readonly string[],
): Promise<ActualState> {
  if (!names.some(isTheme)) return actual;
  return addThemes(actual, tenant.themes, 'thrown', { signal: io.interrupted });
}

export type ThemesAsked = 'listed' | 'not-asked';

/** Of what the tenant holds. Where a name matches nothing, a theme that was not asked for may have it, and the error says so. */
export async function selectOnTenant(
  { settings }: Pick<Asking, 'settings'>,
  patterns: readonly string[],
  themes: ThemesAsked,
): Promise<Selector | undefined> {
  const selector = await createSelector(patterns);
  if (selector === undefined || themes === 'listed') return selector;
  return { ...selector, sentence: explainUnasked(settings.config) };
}

function explainUnasked({ themes }: Pick<Asking['settings']['config'], 'themes'>): string {
  return themes === 'never'
    ? 'Themes are not looked at, since "themes" in the config is "never".'
    : 'The tenant was not asked for its themes: theme:<name> asks, or "themes": "always" in the config.';
}

/** Whether a run would ask for themes, as far as config and folders tell. */
export async function usesThemes(settings: Run['settings']): Promise<'some' | 'none'> {
  const { config } = settings;
  if (config.themes !== 'auto') return config.themes === 'always' ? 'some' : 'none';
  return namesThemes(config) || (await findNames(settings)).some(isTheme) ? 'some' : 'none';
}

/** Whether the config mentions a theme, or a folder for them, although none may be left there. */
function namesThemes({ extensions, protect, origins, driftIgnore }: Asking['settings']['config']): boolean {
  const names = [...protect, ...Object.keys(origins), ...driftIgnore.map(({ name }) => name)];
  return names.some(isTheme) || extensions.some(isForThemes);
}

function isForThemes(pattern: string): boolean {
  return !pattern.startsWith('!') && pattern.split('/').some((folder) => /^themes?$/i.test(folder));
}

/** From the folders; searched once for all environments of a run that have the same. */
function findNames(settings: Asking['settings']): Promise<readonly string[]> {
  const { root, extensions: patterns } = settings.config;
  return readOnce(settings, ['names', patterns], async () => {
    const { candidates, unclear } = await discover(root, root, patterns);
    return [...candidates.map(({ name }) => name), ...unclear];
  });
}

async function concernThemes({ settings, past }: Asking, names: readonly string[]): Promise<boolean> {
  const { themes } = settings.config;
  if (themes !== 'auto') return themes === 'always';
  if (names.some(isTheme) || namesThemes(settings.config)) return true;
  return (await past.survey()).themes === 'some';
}

function isTheme(name: string): boolean {
  return kindOf(name) === 'theme';
}

/** If folders hold themes, each is blocked, and says so; if none does, there may be orphans that nobody sees. */
export function findUnlisted(
  { unlisted }: ActualState,
  { extensions }: DesiredState,
  { displayFile, rules }: Asking['settings']['config'],
): readonly Finding[] {
  const why = unlisted?.get('theme');
  if (why === undefined || extensions.some(({ name }) => isTheme(name))) return [];
  const found = finding('themes-unlisted', {
    file: displayFile,
    message: `What the tenant holds of themes is unknown: ${why}. None is compared or deleted.`,
    hint: 'Use a key of a tenant or analytics admin, or leave themes out with "themes": "never" in the config.',
  });
  return applySeverities([found], rules);
}

/** Themes in the folders of a project that wants none are known and not deployed. */
export function leaveOutThemes(state: DesiredState): DesiredState {
  const themes = state.extensions.filter(({ name }) => isTheme(name));
  const reason = 'the .qext is a theme, and "themes" in the config is "never"';
  const skipped = themes.map(({ name, displayFolder }) => ({ name, displayFolder, reason }));
  return {
    ...state,
    extensions: state.extensions.filter((each) => !themes.includes(each)),
    skipped: [...state.skipped, ...skipped],
    notSelected: state.notSelected.filter((name) => !isTheme(name)),
  };
}
