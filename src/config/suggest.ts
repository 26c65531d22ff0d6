/** "Did you mean": the known word that a mistyped one is closest to. */

/** The closest candidate, at most a third of the word's letters away; `undefined` if none is close. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const lower = word.toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, lowerCandidate: candidate.toLowerCase() }))
    // It is at least the difference in length.
    .filter(({ lowerCandidate }) => Math.abs(lowerCandidate.length - lower.length) <= limit)
    .map(({ candidate, lowerCandidate }) => ({ candidate, distance: editDistance(lower, lowerCandidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** For hints: `did you mean "x"?`, or the list of candidates if none is close. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const closest = suggest(word, candidates);
  if (closest !== undefined) return `did you mean "${closest}"?`;
  return candidates.length === 0
    ? 'there are none to choose from'
    : `known: ${candidates.slice(0, 20).join(', ')}${candidates.length > 20 ? ' …' : ''}`;
}

/** Levenshtein distance that counts two swapped letters once. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          substitution,
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
