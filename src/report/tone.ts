/** Which colour a run has. */
export type Tone = 'good' | 'news' | 'attention' | 'bad';

/** One run in a few words. */
export interface Verdict {
  readonly tone: Tone;
  readonly words: string;
}
