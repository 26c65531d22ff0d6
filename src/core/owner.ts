/** The word that marks an owner on the tenant: among an extension's tags, or in an entry's description. */

const tagPrefix = 'qlik-sync:';

/** The tag that says a record belongs to `project`. */
export function ownerTag(project: string): string {
  return tagPrefix + project;
}

/** The projects that claim a record by tag; more than one, or one that is not ours, means hands off. */
export function ownersOf(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => tag.startsWith(tagPrefix)).map((tag) => tag.slice(tagPrefix.length));
}
