/** States of one kind that last: which are news. */

export interface States<Subject> {
  /** Whether this is new of the subject; `undefined` says that its state is over. */
  readonly becomes: (subject: Subject, state: string | undefined) => boolean;
  /** Those that are in a state. */
  readonly subjects: () => readonly Subject[];
}

export function openStates<Subject>(): States<Subject> {
  const lasting = new Map<Subject, string>();
  return {
    becomes: (subject, state) => {
      if (lasting.get(subject) === state) return false;
      if (state === undefined) lasting.delete(subject);
      else lasting.set(subject, state);
      return true;
    },
    subjects: () => [...lasting.keys()],
  };
}
